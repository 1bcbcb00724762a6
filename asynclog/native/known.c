/* Whether an entry is known.
 *
 * All digits of an entry made zeros, and addresses left out, are its skeleton. What was learnt of the first entry of a
 * skeleton tells where the time, the duration and other numbers of no account stand in the others. An entry is known
 * where its skeleton is, and all digits that count are those of one that was learnt: both are compared, not only sums.
 */
#include "lookup.h"

static const int64_t POWERS[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

const uint8_t *zeroed(Lookup *self, const uint8_t *text, size_t size)
{
    if (make_room((void **)&self->zeroed, &self->zeroed_room, size + 1, 1) < 0) return NULL;
    zero_digits(self->zeroed, text, size);
    return self->zeroed;
}

int skeleton_of(const Lookup *self, uint64_t sum, const uint8_t *zeroed, size_t size)
{
    if (!self->by_skeleton.size) return UNKNOWN;
    for (size_t at = sum;; at++) {
        int item = self->by_skeleton.slots[at & (self->by_skeleton.size - 1)] - 1;
        if (item < 0) return UNKNOWN;
        const Skeleton *one = self->skeletons + item;
        if (one->sum == sum && (size_t)one->size == size && memcmp(zeroed, one->text, size) == 0) return item;
    }
}

const uint8_t *digits_of(Lookup *self, int skeleton, const uint8_t *text)
{
    const Skeleton *one = self->skeletons + skeleton;
    const int32_t *places = places_of(one);
    if (ROOM(self, digits, digits, (size_t)one->digits + 1) < 0) return NULL;
    for (int at = 0; at < one->digits; at++) self->digits[at] = text[places[at]];
    return self->digits;
}

uint64_t digits_sum(const Lookup *self, int skeleton, const uint8_t *digits)
{
    int count = self->skeletons[skeleton].digits;
    uint64_t sum = self->seed + (uint64_t)skeleton, word = 0;
    for (int at = 0; at < count; at++) {
        word = word << 4 | (digits[at] & 15);
        if (at % 16 == 15) sum = turned(sum, word);
    }
    return mixed(turned(sum, word));
}

int pattern_of(const Lookup *self, int skeleton, const uint8_t *digits)
{
    if (!self->by_pattern.size) return UNKNOWN;
    uint64_t sum = digits_sum(self, skeleton, digits);
    for (size_t at = sum;; at++) {
        int item = self->by_pattern.slots[at & (self->by_pattern.size - 1)] - 1;
        if (item < 0) return UNKNOWN;
        const Pattern *pattern = self->patterns + item;
        if (pattern->sum == sum && pattern->skeleton == skeleton
            && memcmp(digits, pattern->digits, (size_t)self->skeletons[skeleton].digits) == 0)
            return item;
    }
}

const uint8_t *bare(Lookup *self, const uint8_t *entry, size_t *size)
{
    const uint8_t *end = entry + *size, *sign = next_address(entry, entry, end), *from = entry;
    if (sign == NULL) return entry;
    if (make_room((void **)&self->room, &self->room_size, *size, 1) < 0) return NULL;
    uint8_t *to = self->room;
    for (; sign != NULL; sign = next_address(from, entry, end)) {
        memcpy(to, from, (size_t)(sign + 2 - from));
        to += sign + 2 - from;
        from = end_of_address(sign, end);
    }
    memcpy(to, from, (size_t)(end - from));
    *size = (size_t)(to + (end - from) - self->room);
    return self->room;
}

uint64_t alike_sum(const Lookup *self, const uint8_t *entry, size_t size)
{
    uint64_t sum = self->seed ^ size, word = 0;
    for (; size >= 8; entry += 8, size -= 8) {
        memcpy(&word, entry, 8);
        sum = turned(sum, alike_of(word));
    }
    word = 0;
    memcpy(&word, entry, size);
    return mixed(turned(sum, alike_of(word)));
}

/* Whether a text is what programs call their orders and requests: a UUID, or 6 to 64 hexadecimal digits, not all of one sort. */
static int is_token(const uint8_t *text, int size)
{
    static const char form[] = "00000000-0000-0000-0000-000000000000";
    int digits = 0, letters = 0, dashes = 0;
    for (int at = 0; at < size; at++) {
        digits += is_digit(text[at]);
        letters += (uint8_t)(text[at] - 'a') < 6;
        dashes += size == 36 && text[at] == '-' && form[at] == '-';
    }
    if (size == 36 && dashes == 4) return digits + letters == 32;
    return size >= 6 && size <= 64 && digits + letters == size && digits && letters;
}

const uint8_t *without_tokens(Lookup *self, const uint8_t *entry, size_t *size, Span *token)
{
    if (!self->by_tokens.size) return NULL;
    uint64_t sum = alike_sum(self, entry, *size);
    const Tokens *known = NULL;
    for (size_t at = sum; known == NULL; at++) {
        int item = self->by_tokens.slots[at & (self->by_tokens.size - 1)] - 1;
        if (item < 0) return NULL;
        if (self->tokens[item].sum == sum && self->tokens[item].size == *size) known = self->tokens + item;
    }
    Span first = *token = known->spans[0];
    int length = first.end - first.start, from = 0;
    if (!is_token(entry + first.start, length)) return NULL;
    if (make_room((void **)&self->whole_room, &self->whole_room_size, *size, 1) < 0) return NULL;
    uint8_t *to = self->whole_room;
    for (int at = 0; at < known->count; at++) {
        Span span = known->spans[at];
        if (span.end - span.start != length || memcmp(entry + span.start, entry + first.start, (size_t)length) != 0) return NULL;
        memcpy(to, entry + from, (size_t)(span.start - from));
        to += span.start - from;
        *to++ = '0';
        *to++ = '#';
        from = span.end;
    }
    memcpy(to, entry + from, *size - (size_t)from);
    *size = (size_t)(to - self->whole_room) + *size - (size_t)from;
    return self->whole_room;
}

static int64_t number_in(const uint8_t *text, int start, int end)
{
    int64_t number = 0;
    for (int at = start; at < end; at++)
        if (is_digit(text[at])) number = number * 10 + (text[at] - '0');
    return number;
}

/* Zero the minutes and seconds before the fraction that starts at `at`; their microseconds. Hours are all equally long. */
static int64_t take_minutes(uint8_t *time, int at)
{
    if (at < 9 || time[at - 4] != ':' || time[at - 7] != ':') return 0;
    uint8_t *minutes = time + at - 6, *seconds = time + at - 3;
    if (!is_digit(minutes[0]) || !is_digit(minutes[1]) || !is_digit(seconds[0]) || !is_digit(seconds[1])) return 0;
    if (minutes[0] > '5' || seconds[0] > '5') return 0;
    int64_t count = ((minutes[0] - '0') * 10 + minutes[1] - '0') * 60 + (seconds[0] - '0') * 10 + seconds[1] - '0';
    minutes[0] = minutes[1] = seconds[0] = seconds[1] = '0';
    return count * 1000000;
}

/* The microseconds of a time: asked of the clock once for all of an hour. 0 where it is none, -1 where that failed. */
static int read_time(Lookup *self, const Skeleton *one, Piece *piece)
{
    int size = one->time.end - one->time.start, at = one->fraction.start, end = one->fraction.end;
    uint8_t whole[TIME_MOST];
    memcpy(whole, piece->time, (size_t)size);
    int64_t more = 0;
    if (end > at) {
        more = number_in(whole, at, end) * POWERS[6 - (end - at)] + take_minutes(whole, at);
        memset(whole + at, '0', (size_t)(end - at));
    }
    uint64_t sum = self->seed;
    for (int byte = 0; byte < size; byte++) sum = turned(sum, whole[byte]);
    Second *second = self->seconds + mixed(sum) % SECONDS;
    if (second->size != size || memcmp(second->text, whole, (size_t)size) != 0) {
        PyObject *answer = PyObject_CallFunction(self->clock, "y#", whole, (Py_ssize_t)size);
        if (answer == NULL) return -1;
        int none = answer == Py_None;
        int64_t micros = none ? 0 : PyLong_AsLongLong(answer);
        Py_DECREF(answer);
        if (PyErr_Occurred()) return -1;
        if (none) return 0;
        second->size = size;
        second->micros = micros;
        memcpy(second->text, whole, (size_t)size);
    }
    piece->micros = second->micros + more;
    return 1;
}

/* Whether nothing that guards the names of a column stands in one; then it is remembered, if there is room. -1: that failed. */
static int is_fine(const Column *column, const uint8_t *text, Py_ssize_t size, PyObject *name)
{
    for (Py_ssize_t at = 0; at < PyTuple_Size(column->guard); at++) {
        char *part;
        Py_ssize_t length;
        if (PyBytes_AsStringAndSize(PyTuple_GetItem(column->guard, at), &part, &length) < 0) return -1;
        for (Py_ssize_t start = 0; start + length <= size; start++)
            if (memcmp(text + start, part, (size_t)length) == 0) return 0;
    }
    if (PySet_Size(column->names) < NAMES_MOST && PySet_Add(column->names, name) < 0) return -1;
    return 1;
}

int take_name(Lookup *self, const Column *column, const uint8_t *text, Py_ssize_t size, Piece *piece)
{
    PyObject *name = PyBytes_FromStringAndSize((const char *)text, size);
    if (name == NULL) return -1;
    int known = PySet_Contains(column->names, name);
    if (known == 0) known = is_fine(column, text, size, name);
    if (known == 1) {
        PyObject *index = PyDict_GetItemWithError(self->names, name);
        if (index != NULL) {
            piece->name = (int)PyLong_AsLong(index);
        } else if (!PyErr_Occurred()) {
            piece->name = (int)PyDict_Size(self->names);
            index = PyLong_FromLong(piece->name);
            if (index != NULL) PyDict_SetItem(self->names, name, index);
            Py_XDECREF(index);
        }
        if (PyErr_Occurred()) known = -1;
    }
    Py_DECREF(name);
    return known;
}

double printed_value(int64_t number, int behind) { return (double)number / (double)POWERS[behind]; }

static int64_t micros_of(int64_t number, int behind, int digits)
{
    if (digits < 0) return 0;
    if (behind <= digits) return number * POWERS[digits - behind];
    return (number / POWERS[behind - digits - 1] + 5) / 10;
}

int look_at(Lookup *self, const uint8_t *text, size_t size, int derived, Piece *piece)
{
    piece->pattern = UNKNOWN;
    piece->token_size = 0;
    const uint8_t *zeros = zeroed(self, text, size);
    if (zeros == NULL) return -1;
    int skeleton = skeleton_of(self, sum_of(zeros, size, self->seed), zeros, size), pattern = UNKNOWN;
    if (skeleton >= 0) {
        if (self->skeletons[skeleton].nothing) {
            piece->pattern = NOTHING;
            return 0;
        }
        const uint8_t *digits = digits_of(self, skeleton, text);
        if (digits == NULL) return -1;
        pattern = pattern_of(self, skeleton, digits);
    }
    if (pattern < 0 && derived) pattern = derived_pattern(self, text, size);
    if (pattern < 0) return PyErr_Occurred() ? -1 : 0;
    const Skeleton *one = self->skeletons + self->patterns[pattern].skeleton;
    const Column *column = self->columns + self->patterns[pattern].column;
    piece->number = number_in(text, one->took.start, one->took.end);
    int behind = one->took.end - one->point.end;
    if (one->took.end > one->took.start && printed_value(piece->number, behind) > column->most) return 0;
    piece->took = one->took.end > one->took.start ? micros_of(piece->number, behind, column->digits) : 0;
    piece->micros = 0;
    piece->time_size = one->time.end - one->time.start;
    memcpy(piece->time, text + one->time.start, (size_t)piece->time_size);
    int known = piece->time_size ? read_time(self, one, piece) : 1;
    piece->name = UNKNOWN;
    if (known == 1 && one->name.end > one->name.start)
        known = take_name(self, column, text + one->name.start, one->name.end - one->name.start, piece);
    if (known == 1) piece->pattern = pattern;
    if (one->took.end <= one->took.start) piece->number = number_in(text, one->task.start, one->task.end);
    return known < 0 ? -1 : 0;
}
