/* Entries that are like a known one, but for how many digits some of their numbers have.
 *
 * The numbers of tasks and the durations of a log have one digit, then two, then three; each is a skeleton of its own, and so
 * are names that users number. What is known of one skeleton is true of another where only such numbers differ in length that
 * do not count: those of the task, of the duration, in the task's name, and in texts that are short enough for all rules by which
 * such numbers are told to hold for both.
 */
#include "lookup.h"

#define TRIED 8        /* skeletons of a form */
#define NAME_MOST 64   /* bytes of a task's name */
#define LINE_MOST 400  /* bytes of a line in which numbers that do not count are told */
#define ENTRY_MOST (1 << 16)

uint64_t form_sum(const Lookup *self, const uint8_t *text, size_t size)
{
    uint64_t sum = ~self->seed, word = 0;
    int count = 0, within = 0;
    for (size_t at = 0; at < size; at++) {
        int digit = is_digit(text[at]);
        if (digit && within) continue;
        within = digit;
        word = word << 8 | (digit ? '0' : text[at]);
        if (++count == 8) {
            sum = turned(sum, word);
            count = 0;
        }
    }
    return mixed(turned(sum, word + (uint64_t)count));
}

static int lies_in(int start, int end, Span span) { return span.start <= start && end <= span.end; }

/* Whether a number in text[start:end] stands in a short line, and in nothing that might be a UUID. */
static int is_told_alike(const uint8_t *text, int size, int start, int end)
{
    int first = start, last = end, dashes = 0;
    while (first > 0 && text[first - 1] != '\n' && end - first <= LINE_MOST) first--;
    while (last < size && text[last] != '\n' && last - first <= LINE_MOST) last++;
    if (last - first > LINE_MOST) return 0;
    for (; start > first && (is_hexadecimal(text[start - 1]) || text[start - 1] == '-'); start--) dashes += text[start - 1] == '-';
    for (; end < last && (is_hexadecimal(text[end]) || text[end] == '-'); end++) dashes += text[end] == '-';
    return dashes < 4;
}

/* Fill `moved` with where each place of a known skeleton is in a text of its form: -1 within a number that has another length.
 * Whether all that is known of one is true of the other. */
static int is_derived(const Lookup *self, const Skeleton *known, const uint8_t *text, int size, int32_t *moved)
{
    const int32_t *places = places_of(known);
    int kept = 0, from = 0, to = 0;
    while (from < known->size) {
        moved[from] = to;
        if (to == size) return 0;
        if (known->text[from] != '0' || !is_digit(text[to])) {
            if (known->text[from] != text[to] || is_digit(text[to])) return 0;
            from++;
            to++;
            continue;
        }
        int end = from, other = to;
        while (end < known->size && known->text[end] == '0') end++;
        while (other < size && is_digit(text[other])) other++;
        while (kept < known->digits && places[kept] < from) kept++;
        if (end - from == other - to) {
            while (from < end) moved[from++] = to++;
            continue;
        }
        if ((kept < known->digits && places[kept] < end) || lies_in(from, end, known->time)) return 0;
        if (!lies_in(from, end, known->took) && !lies_in(from, end, known->task) && !lies_in(from, end, known->name)
            && !(self->plain && is_told_alike(known->text, known->size, from, end) && is_told_alike(text, size, to, other)))
            return 0;
        for (int within = from + 1; within < end; within++) moved[within] = -1;
        from = end;
        to = other;
    }
    moved[from] = to;
    return to == size;
}

static Span moved_span(Span span, const int32_t *moved) { return (Span){moved[span.start], moved[span.end]}; }

/* The skeleton of a text of which `known` is derived; whether it can be told as well. */
static int derive(const Skeleton *known, const uint8_t *text, int size, const int32_t *moved, Skeleton *one)
{
    *one = (Skeleton){.size = size, .lines = known->lines, .digits = known->digits, .fraction = known->fraction};
    one->time = moved_span(known->time, moved);
    one->took = moved_span(known->took, moved);
    one->task = moved_span(known->task, moved);
    one->name = moved_span(known->name, moved);
    const Span spans[] = {one->time, one->took, one->task, one->name};
    for (int at = 0; at < 4; at++)
        if (spans[at].start < 0 || spans[at].end < spans[at].start) return 0;
    return find_point(text, one->took, &one->point) && one->task.end - one->task.start <= NUMBER_MOST
           && one->name.end - one->name.start <= NAME_MOST;
}

int derived_pattern(Lookup *self, const uint8_t *text, size_t size)
{
    if (!self->by_form.size || size > ENTRY_MOST) return UNKNOWN;
    uint64_t sum = form_sum(self, text, size);
    int tried = 0;
    for (size_t at = sum; tried < TRIED; at++) {
        int item = self->by_form.slots[at & (self->by_form.size - 1)] - 1;
        if (item < 0) return UNKNOWN;
        if (self->forms[item].sum != sum) continue;
        tried++;
        int base = self->forms[item].skeleton;
        const Skeleton *known = self->skeletons + base;
        Skeleton one;
        if (ROOM(self, moved, moved, (size_t)known->size + 1) < 0) return UNKNOWN;
        if (!is_derived(self, known, text, (int)size, self->moved) || !derive(known, text, (int)size, self->moved, &one)) continue;
        /* the digits that count are where they were, and make the pattern */
        if (ROOM(self, digits, digits, (size_t)known->digits + 1) < 0 || ROOM(self, places, place, (size_t)known->digits + 1) < 0)
            return UNKNOWN;
        for (int digit = 0; digit < known->digits; digit++) {
            self->places[digit] = self->moved[places_of(known)[digit]];
            self->digits[digit] = text[self->places[digit]];
        }
        int pattern = pattern_of(self, base, self->digits);
        if (pattern < 0) continue;
        const uint8_t *zeros = zeroed(self, text, size);
        if (zeros == NULL) return UNKNOWN;
        one.sum = sum_of(zeros, size, self->seed);
        int skeleton = skeleton_of(self, one.sum, zeros, size);
        if (skeleton < 0) skeleton = add_skeleton(self, one, zeros, self->places);
        if (skeleton < 0) return UNKNOWN;
        return add_pattern(self, skeleton, self->patterns[pattern].column, self->digits);
    }
    return UNKNOWN;
}
