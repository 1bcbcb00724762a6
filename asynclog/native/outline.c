/* Entries without the texts that programs fill in: their outlines.
 *
 * The names of tasks, the words of an exception, results, the arguments of handles, identifiers of requests, and the fields of a
 * JSON object that tell us nothing may be new in each entry. An outline has signs in their place. It is looked up like an entry;
 * what may stand in its holes is looked at each time.
 */
#include "outline.h"

#define NAME_LONGEST 100
#define TEXT_LONGEST 400  /* bytes of words, results and arguments */
#define PATH_LONGEST 200  /* bytes of the key of a field, with those of the objects that it stands in */
#define LEAST_TOKEN 12    /* hexadecimal digits of an identifier */
#define OPENINGS_MOST 64
#define KEPT_MOST 4096
#define LOWEST 9          /* bytes below are no text: signs among them */

typedef struct {
    const uint8_t *text;
    int size, json, plain;
    Outline *outline;
} Reading;

/* -- places ----------------------------------------------------------------------------------------------------- */

/* A text to look for, by the rarest of its bytes. */
typedef struct {
    const char *text;
    int size, rarest;
} Literal;

#define LITERAL(text, rarest) {text, sizeof(text) - 1, rarest}

static const Literal NAME_OF = LITERAL("name='", 5), SHOWN = LITERAL("exception=", 9), RESULT = LITERAL(" result=", 7),
                     TRACEBACK = LITERAL("Traceback (", 10), CREATED = LITERAL(" created at ", 9), LINE_END = LITERAL("\\n", 0),
                     CALLABLES[] = {LITERAL("<Handle ", 0), LITERAL("<TimerHandle when=", 0), LITERAL("ception in callback ", 18)};

static int find(const uint8_t *text, int start, int end, Literal literal)
{
    for (int at = start + literal.rarest; at <= end - literal.size + literal.rarest; at++) {
        const uint8_t *sign = memchr(text + at, literal.text[literal.rarest], (size_t)(end - literal.size + literal.rarest + 1 - at));
        if (sign == NULL) return -1;
        at = (int)(sign - text);
        if (memcmp(sign - literal.rarest, literal.text, (size_t)literal.size) == 0) return at - literal.rarest;
    }
    return -1;
}

static int is_at(const Reading *reading, int at, const char *literal)
{
    size_t size = strlen(literal);
    return at >= 0 && at + (int)size <= reading->size && memcmp(reading->text + at, literal, size) == 0;
}

static int is_within(const Outline *outline, int place)
{
    for (int at = 0; at < outline->count; at++)
        if (outline->holes[at].start <= place && place < outline->holes[at].end) return 1;
    return 0;
}

/* Where a literal stands that stands in no hole; -1 where it does not, or twice. */
static int find_once(const Reading *reading, Literal literal)
{
    int found = -1;
    for (int at = 0; (at = find(reading->text, at, reading->size, literal)) >= 0; at++) {
        if (is_within(reading->outline, at)) continue;
        if (found >= 0) return -1;
        found = at;
    }
    return found;
}

/* Add a hole, in order; 0 where there is no room, or another one. */
static int add(Outline *outline, int start, int end, uint8_t sign)
{
    if (outline->count == HOLES_MOST || end <= start) return 0;
    int at = outline->count;
    while (at > 0 && outline->holes[at - 1].start >= end) at--;
    if (at > 0 && outline->holes[at - 1].end > start) return 0;
    memmove(outline->holes + at + 1, outline->holes + at, (size_t)(outline->count - at) * sizeof(Hole));
    outline->holes[at] = (Hole){start, end, sign};
    outline->count++;
    return 1;
}

/* Whether text[start:end] may be left out: letters and signs that no repr and no line of a traceback is made of. */
static int is_plain(const Reading *reading, int start, int end, int most)
{
    if (end <= start || end - start > most) return 0;
    for (int at = start; at < end; at++) {
        uint8_t byte = reading->text[at];
        if (byte < ' ' || byte > '~' || byte == '\\' || byte == '<' || byte == '>' || (reading->json && byte == '"')) return 0;
    }
    return 1;
}

/* Whether brackets and quotes are closed in text[start:end]. */
static int is_closed(const Reading *reading, int start, int end)
{
    int open[3] = {0}, quote = 0;
    for (int at = start; at < end; at++) {
        uint8_t byte = reading->text[at];
        if (quote) {
            if (byte == quote) quote = 0;
            continue;
        }
        if (byte == '\'' || byte == '"') quote = byte;
        const char *brackets = "()[]{}", *bracket = strchr(brackets, byte);
        if (bracket == NULL || byte == 0) continue;
        int which = (int)(bracket - brackets);
        open[which / 2] += which % 2 ? -1 : 1;
        if (open[which / 2] < 0) return 0;
    }
    return !quote && !open[0] && !open[1] && !open[2];
}

/* -- what may be left out ------------------------------------------------------------------------------------------ */

/* The name of the task, if there is one only and asyncio did not give it. */
static void leave_out_name(const Reading *reading)
{
    int at = find_once(reading, NAME_OF);
    if (at < 0 || (at > 0 && is_word(reading->text[at - 1]))) return;
    int start = at + 6, end = start, digits = 0;
    while (end < reading->size && reading->text[end] != '\'') end++;
    if (end == reading->size || !is_plain(reading, start, end, NAME_LONGEST)) return;
    for (int place = start; place < end; place++) {
        if (memchr("\"()[]{}", reading->text[place], 7) != NULL) return;
        digits += is_digit(reading->text[place]);
    }
    if (end - start > 5 && is_at(reading, start, "Task-") && digits == end - start - 5) return;
    if (add(reading->outline, start, end, NAME_SIGN)) reading->outline->name = (Span){start, end};
}

/* Where the words begin in a last line of a traceback that starts at `at`: KeyError: 'x'; -1 where it is none. */
static int words_at(const Reading *reading, int at)
{
    int start = at, dot = at - 1;
    while (at < reading->size && (is_word(reading->text[at]) || reading->text[at] == '.')) {
        if (reading->text[at] == '.') dot = at;
        at++;
    }
    if (at == dot + 1 || (uint8_t)(reading->text[dot + 1] - 'A') >= 26 || !is_at(reading, at, ": ")) return -1;
    if (dot > start && (uint8_t)(reading->text[start] - 'a') >= 26 && reading->text[start] != '_') return -1;
    return at + 2;
}

/* Where the task of a record shows its exception: the quote, of `open` bytes, that its words stand behind. */
typedef struct {
    int quote, open;
    uint8_t sign;
} Shown;

/* Find it: 1, or 0 where nothing does, -1 where there are several, or more than words. */
static int find_shown(const Reading *reading, Shown *shown)
{
    int at = find(reading->text, 0, reading->size, SHOWN), found = -1;
    for (; at >= 0; at = find(reading->text, at + 1, reading->size, SHOWN)) {
        if (is_within(reading->outline, at)) continue;
        if (found >= 0) return -1;
        found = at + SHOWN.size;
    }
    if (found < 0) return 0;
    int bracket = found;
    while (bracket < reading->size && (is_word(reading->text[bracket]) || reading->text[bracket] == '.')) bracket++;
    if (bracket == found || !is_at(reading, bracket, "(")) return -1;
    shown->quote = bracket + 1;
    shown->open = reading->json && is_at(reading, shown->quote, "\\\"") ? 2 : 1;
    if (shown->quote + shown->open >= reading->size) return -1;
    shown->sign = reading->text[shown->quote + shown->open - 1];
    if (shown->sign != '\'' && (shown->sign != '"' || (reading->json && shown->open == 1))) return -1;
    return 1;
}

/* Whether the words text[start:end] are those that `shown` shows, too; a KeyError's lose their quotes. */
static int are_shown(const Reading *reading, const Shown *shown, int *start, int *end)
{
    const uint8_t *text = reading->text;
    if (*end - *start > 2 && text[*start] == shown->sign && text[*end - 1] == shown->sign) {
        (*start)++;
        (*end)--;
    }
    int size = *end - *start, first = shown->quote + shown->open, last = first + size;
    return last + shown->open < reading->size && memcmp(text + first, text + *start, (size_t)size) == 0
           && memchr(text + first, shown->sign, (size_t)size) == NULL
           && memcmp(text + last, text + shown->quote, (size_t)shown->open) == 0 && is_at(reading, last + shown->open, ")");
}

/* Leave out the words of the last line of a traceback, if that line is text[line:end]; whether it is. */
static int leave_out_line(const Reading *reading, int line, int end, const Shown *shown)
{
    int start = words_at(reading, line);
    if (start < 0 || !is_plain(reading, start, end, TEXT_LONGEST)) return 0;
    if (shown != NULL && !are_shown(reading, shown, &start, &end)) return 0;
    if (reading->text[start] == ' ' || reading->text[end - 1] == ' ') return 0;
    if (shown != NULL && !add(reading->outline, shown->quote + shown->open, shown->quote + shown->open + end - start, WORDS_SIGN))
        return 0;
    if (add(reading->outline, start, end, WORDS_SIGN)) reading->outline->words = (Span){start, end};
    return 1;
}

/* The words of the exception, in the last line of its traceback, and again where its task shows it. */
static void leave_out_words(const Reading *reading)
{
    const uint8_t *text = reading->text;
    int line = -1, end = reading->size;
    Shown shown;
    if (find(text, 0, reading->size, TRACEBACK) < 0) return;
    int is_shown = find_shown(reading, &shown);
    if (is_shown < 0) return;
    if (reading->json) {
        for (int at = 0; (at = find(text, at, reading->size, LINE_END)) >= 0; at += 2)
            if (!is_within(reading->outline, at)) line = at + 2;
        end = line < 0 ? 0 : line;
        while (end < reading->size && text[end] != '"' && text[end] != '\\') end++;
        if (end == reading->size || text[end] != '"') return;
    } else {
        for (line = end; line > 0 && text[line - 1] != '\n';) line--;
    }
    if (line <= 0) return;
    if (reading->plain) {
        leave_out_line(reading, line, end, is_shown ? &shown : NULL);
    } else if (is_shown) { /* behind what a collector wrote, as far as that goes */
        for (; line < end; line++)
            if (text[line - 1] <= ' ' && leave_out_line(reading, line, end, &shown)) return;
    }
}

/* What a task or a future gave: up to where it was created, or to the end of its repr. */
static void leave_out_result(const Reading *reading)
{
    int start = find_once(reading, RESULT), end;
    if (start < 0) return;
    start += 8;
    for (end = start; end < reading->size && reading->text[end] != '>' && reading->text[end] != '\n';) end++;
    if (end == reading->size || reading->text[end] != '>') return;
    int created = find(reading->text, start, end, CREATED);
    if (created >= 0) end = created;
    if (!is_plain(reading, start, end, TEXT_LONGEST) || !is_closed(reading, start, end)) return;
    if (is_at(reading, start, "None") || is_at(reading, start, "True") || is_at(reading, start, "False")) return;
    add(reading->outline, start, end, TEXT_SIGN);
}

/* Arguments of a callable that is named at `at`: f(1, 'x'), up to the bracket that closes them. */
static void leave_out_arguments(const Reading *reading, int at)
{
    int start = at;
    while (at < reading->size && (is_word(reading->text[at]) || reading->text[at] == '.')) at++;
    if (at == start || !is_at(reading, at, "(")) return;
    int quote = 0, depth = 1, end;
    for (start = end = at + 1; end < reading->size && end - start <= TEXT_LONGEST; end++) {
        uint8_t byte = reading->text[end];
        if (quote) quote = byte == quote ? 0 : quote;
        else if (byte == '\'' || byte == '"') quote = byte;
        else if (byte == '(') depth++;
        else if (byte == ')' && --depth == 0) break;
    }
    if (end == reading->size || depth || !is_plain(reading, start, end, TEXT_LONGEST) || !is_closed(reading, start, end)) return;
    add(reading->outline, start, end, TEXT_SIGN);
}

static void leave_out_all_arguments(const Reading *reading)
{
    for (int which = 0; which < 3; which++)
        for (int at = 0; (at = find(reading->text, at, reading->size, CALLABLES[which])) >= 0; at++) {
            int callable = at + CALLABLES[which].size;
            if (which == 1) {
                while (callable < reading->size && (is_digit(reading->text[callable]) || reading->text[callable] == '.')) callable++;
                callable++;
            }
            if (!is_within(reading->outline, at)) leave_out_arguments(reading, callable);
        }
}

/* Whether text[start:end] is an identifier: a UUID, or hexadecimal digits that are neither a word nor a number. */
static int is_identifier(const uint8_t *text, int start, int end)
{
    int digits = 0, letters = 0, dashes = 0;
    for (int at = start; at < end; at++) {
        digits += is_digit(text[at]);
        letters += (uint8_t)((text[at] | 0x20) - 'a') < 6;
        dashes += text[at] == '-';
    }
    if (dashes == 4) {
        static const int places[] = {8, 13, 18, 23};
        for (int which = 0; which < 4; which++)
            if (end - start != 36 || text[start + places[which]] != '-') return 0;
        return digits + letters == 32;
    }
    return !dashes && digits && letters && digits + letters == end - start && end - start >= LEAST_TOKEN;
}

/* The identifiers of the first line: those of requests, mostly. Not in a path. */
static void leave_out_identifiers(const Reading *reading)
{
    const uint8_t *text = reading->text;
    for (int at = 0; at < reading->size && text[at] != '\n';) {
        int start = at;
        while (at < reading->size && (is_word(text[at]) || text[at] == '-')) at++;
        if (at == start) {
            at++;
            continue;
        }
        if (at - start < LEAST_TOKEN || !is_identifier(text, start, at)) continue;
        uint8_t before = start ? text[start - 1] : ' ', behind = at < reading->size ? text[at] : ' ';
        if (memchr("./\\", before, 3) != NULL || memchr("./\\", behind, 3) != NULL) continue;
        if (!is_within(reading->outline, start)) add(reading->outline, start, at, TEXT_SIGN);
    }
}

/* Where the message begins in the first line, as far as messages that begin like it were met; -1 where that is not seen. */
static int message_at(const Lookup *self, const Reading *reading)
{
    const uint8_t *end = memchr(reading->text, '\n', (size_t)reading->size);
    int first = -1, stop = end != NULL ? (int)(end - reading->text) : reading->size;
    for (Py_ssize_t at = 0; at < PyList_Size(self->openings); at++) {
        char *text;
        Py_ssize_t size;
        if (PyBytes_AsStringAndSize(PyList_GetItem(self->openings, at), &text, &size) < 0) return -1;
        int place = find(reading->text, 0, stop, (Literal){text, (int)size, 0});
        if (place >= 0) stop = first = place;
    }
    return first;
}

/* What stands before the message, between text[at] and text[end], and has a digit or an @: ports, numbers and names of requests. Not
 * what was found to tell something. */
static void leave_out_before(const Lookup *self, const Reading *reading, int at, int end)
{
    const uint8_t *text = reading->text;
    while (at < end) {
        int start = at, digits = 0, others = 0, signs = 0;
        for (; at < end && (is_word(text[at]) || memchr("@.:-", text[at], 4) != NULL); at++) {
            digits += is_digit(text[at]);
            others += !is_digit(text[at]);
            signs += text[at] == '@';
        }
        if (at == start) {
            at++;
            continue;
        }
        int last = at;
        while (last > start && memchr(".:-", text[last - 1], 3) != NULL) {
            last--;
            others--;
        }
        while (start < last && memchr(".:-", text[start], 3) != NULL) {
            start++;
            others--;
        }
        if (start == last || !(digits || signs) || is_within(reading->outline, start)) continue;
        PyObject *word = PyBytes_FromStringAndSize((const char *)text + start, last - start);
        int kept = word != NULL ? PySet_Contains(self->kept, word) : -1;
        Py_XDECREF(word);
        if (kept < 0) return;
        if (!kept) add(reading->outline, start, last, others ? TEXT_SIGN : DIGITS_SIGN);
    }
}

static void leave_out_prefix(const Lookup *self, const Reading *reading)
{
    int message = message_at(self, reading);
    for (int at = 0; at + self->mask_size <= message; at++) {
        if (!is_alike(reading->text + at, self->mask, (size_t)self->mask_size)) continue;
        if (self->plain) leave_out_before(self, reading, 0, at);
        leave_out_before(self, reading, at + self->mask_size, message);
        return;
    }
}

/* -- JSON ---------------------------------------------------------------------------------------------------------- */

static int skip_blanks(const Reading *reading, int at)
{
    while (at < reading->size && memchr(" \t\r", reading->text[at], 3) != NULL) at++;
    return at;
}

/* Behind the quote that ends the string that begins behind `at`; -1 where it has no end. */
static int skip_string(const Reading *reading, int at)
{
    for (at++; at < reading->size; at++) {
        const uint8_t *quote = memchr(reading->text + at, '"', (size_t)(reading->size - at));
        if (quote == NULL) return -1;
        at = (int)(quote - reading->text);
        int escapes = 0;
        while (reading->text[at - 1 - escapes] == '\\') escapes++;
        if (escapes % 2 == 0) return at + 1;
    }
    return -1;
}

/* Behind the array that begins at `at`; -1 where it has no end. */
static int skip_array(const Reading *reading, int at)
{
    int depth = 0;
    while (at < reading->size) {
        uint8_t byte = reading->text[at];
        if (byte == '"') {
            at = skip_string(reading, at);
            if (at < 0) return -1;
            continue;
        }
        depth += (byte == '[' || byte == '{') - (byte == ']' || byte == '}');
        at++;
        if (depth == 0) return at;
    }
    return -1;
}

/* Leave out the values of an object whose keys are not among `told`; where it ends, -1 where it is none, or may hold a record of its
 * own. The key of an object within another is `path`, of `length` bytes, a dot, and its own.
 */
static int leave_out_fields(const Reading *reading, int at, PyObject *told, char path[PATH_LONGEST], int length)
{
    for (at = skip_blanks(reading, at + 1); is_at(reading, at, "\"");) {
        int key = at + 1, end = skip_string(reading, at), size = end - 1 - key;
        if (end < 0 || length + size + 1 > PATH_LONGEST) return -1;
        memcpy(path + length, reading->text + key, (size_t)size);
        PyObject *name = PyBytes_FromStringAndSize(path, length + size);
        int kept = name != NULL ? PySet_Contains(told, name) : -1;
        Py_XDECREF(name);
        if (kept < 0 || (length && !kept && size == 7 && is_at(reading, key, "message"))) return -1;
        at = skip_blanks(reading, end);
        if (!is_at(reading, at, ":")) return -1;
        at = skip_blanks(reading, at + 1);
        int start = at;
        if (is_at(reading, at, "\"")) at = skip_string(reading, at);
        else if (is_at(reading, at, "{")) {
            path[length + size] = '.';
            at = leave_out_fields(reading, at, told, path, length + size + 1);
        }
        else if (is_at(reading, at, "[")) at = skip_array(reading, at);
        else while (at < reading->size && memchr(",}] \t\r", reading->text[at], 6) == NULL) at++;
        if (at < 0 || at == reading->size) return -1;
        if (!kept && reading->text[start] != '{' && !is_at(reading, start, "\"<") && !is_at(reading, start, "[\"<")
            && !add(reading->outline, start, at, FIELD_SIGN))
            return -1;
        at = skip_blanks(reading, at);
        if (is_at(reading, at, ",")) at = skip_blanks(reading, at + 1);
        else break;
    }
    return is_at(reading, at, "}") ? at + 1 : -1;
}

/* -- outlines ------------------------------------------------------------------------------------------------------ */

int find_holes(Lookup *self, const uint8_t *entry, size_t size, Outline *outline)
{
    outline->count = 0;
    outline->name = outline->words = (Span){0, 0};
    if (size > OUTLINE_MOST) return 0;
    Reading reading = {entry, (int)size, self->lines, self->plain, outline};
    if (self->lines) {
        char path[PATH_LONGEST];
        int end = is_at(&reading, 0, "{") ? leave_out_fields(&reading, 0, self->told, path, 0) : -1;
        if (end < 0 || skip_blanks(&reading, end) < (int)size) return PyErr_Occurred() ? -1 : 0;
    }
    leave_out_name(&reading);
    leave_out_words(&reading);
    leave_out_result(&reading);
    leave_out_all_arguments(&reading);
    if (!self->lines) {
        if (self->mask_size) leave_out_prefix(self, &reading);
        leave_out_identifiers(&reading);
        if (PyErr_Occurred()) return -1;
    }
    return outline->count;
}

const uint8_t *write_outline(Lookup *self, const uint8_t *entry, size_t *size, const Outline *outline)
{
    if (make_room((void **)&self->whole_room, &self->whole_room_size, *size + 1, 1) < 0) return NULL;
    uint8_t *to = self->whole_room, lowest = 255;
    int from = 0;
    for (int at = 0; at <= outline->count; at++) {
        int end = at < outline->count ? outline->holes[at].start : (int)*size;
        for (int place = from; place < end; place++) {
            lowest = entry[place] < lowest ? entry[place] : lowest;
            *to++ = entry[place];
        }
        if (at == outline->count) break;
        *to++ = outline->holes[at].sign;
        from = outline->holes[at].end;
    }
    if (lowest < LOWEST) return NULL;  /* it could be taken for a sign */
    *size = (size_t)(to - self->whole_room);
    return self->whole_room;
}

/* -- what may stand in a hole -------------------------------------------------------------------------------------- */

/* Whether one of some texts stands in text[start:end], or overlaps it if `over`. -1: that failed. */
static int holds(const Texts *texts, const uint8_t *text, int size, Span span, int over)
{
    int at = over ? span.start - texts->longest + 1 : span.start;
    for (at = at > 0 ? at : 0; at < span.end; at++) {
        int pair = text[at] << 8 | (at + 1 < size ? text[at + 1] : 0);
        if (!(texts->pairs[pair >> 3] >> (pair & 7) & 1)) continue;
        for (Py_ssize_t which = 0; which < PyTuple_Size(texts->tuple); which++) {
            char *one;
            Py_ssize_t length;
            if (PyBytes_AsStringAndSize(PyTuple_GetItem(texts->tuple, which), &one, &length) < 0) return -1;
            if (at + length > span.start && at + length <= size && memcmp(text + at, one, (size_t)length) == 0) return 1;
        }
    }
    return 0;
}

int may_differ(const Lookup *self, const Column *column, const uint8_t *entry, size_t size, const Outline *outline)
{
    for (int at = 0; at < outline->count; at++) {
        if (outline->holes[at].sign == FIELD_SIGN) continue;
        if (column->seen < 0) return 0;
        Span span = {outline->holes[at].start, outline->holes[at].end};
        int found = holds(self->texts, entry, (int)size, span, 0);
        if (found == 0) found = holds(self->texts + column->seen, entry, (int)size, span, 1);
        if (found) return found < 0 ? -1 : 0;
    }
    return 1;
}

int take_texts(Lookup *self, PyObject *tuple)
{
    for (size_t at = 0; at < self->text_count; at++) {
        int same = PyObject_RichCompareBool(self->texts[at].tuple, tuple, Py_EQ);
        if (same) return same < 0 ? -1 : (int)at;
    }
    if (!PyTuple_Check(tuple) || PyTuple_Size(tuple) > INT32_MAX) {
        PyErr_SetString(PyExc_TypeError, "texts are a tuple");
        return -1;
    }
    if (ROOM(self, texts, text, self->text_count + 1) < 0) return -1;
    Texts *texts = self->texts + self->text_count;
    *texts = (Texts){.longest = 1};
    for (Py_ssize_t at = 0; at < PyTuple_Size(tuple); at++) {
        char *one;
        Py_ssize_t length;
        if (PyBytes_AsStringAndSize(PyTuple_GetItem(tuple, at), &one, &length) < 0) return -1;
        if (length < 1 || length > 1 << 20) {
            PyErr_SetString(PyExc_ValueError, "texts are not empty");
            return -1;
        }
        texts->longest = length > texts->longest ? (int)length : texts->longest;
        for (int next = 0; next < 256; next++) {  /* behind a single byte, any may stand */
            int pair = (uint8_t)one[0] << 8 | (length > 1 ? (uint8_t)one[1] : next);
            texts->pairs[pair >> 3] |= (uint8_t)(1 << (pair & 7));
            if (length > 1) break;
        }
    }
    Py_INCREF(tuple);
    texts->tuple = tuple;
    return (int)self->text_count++;
}

/* prepare(opening, words): messages may begin with `opening` (None: nothing new); `words` tell something where they stand before
 * one. */
PyObject *prepare(Lookup *self, PyObject *args)
{
    PyObject *opening, *words;
    if (!PyArg_ParseTuple(args, "OO", &opening, &words)) return NULL;
    if (!PyList_Check(words) || (opening != Py_None && !PyBytes_Check(opening))) {
        PyErr_SetString(PyExc_TypeError, "an opening is bytes, and words are a list");
        return NULL;
    }
    if (opening != Py_None) {
        int known = PySequence_Contains(self->openings, opening);
        if (known < 0) return NULL;
        if (PyBytes_Size(opening) > 1 && !known && PyList_Size(self->openings) < OPENINGS_MOST && PyList_Append(self->openings, opening) < 0)
            return NULL;
    }
    for (Py_ssize_t at = 0; at < PyList_Size(words) && PySet_Size(self->kept) < KEPT_MOST; at++)
        if (PySet_Add(self->kept, PyList_GetItem(words, at)) < 0) return NULL;
    Py_RETURN_NONE;
}

/* outline(entry): its outline, its holes as (sign, start, end), and the one at the end of its traceback; None where it has none. */
PyObject *outline_of(Lookup *self, PyObject *args)
{
    PyObject *bytes, *holes, *text = NULL;
    char *start;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "S", &bytes) || PyBytes_AsStringAndSize(bytes, &start, &size) < 0) return NULL;
    Outline outline;
    size_t length = (size_t)size;
    int count = find_holes(self, (const uint8_t *)start, length, &outline);
    if (count < 0) return NULL;
    const uint8_t *written = count ? write_outline(self, (const uint8_t *)start, &length, &outline) : NULL;
    if (written == NULL) {
        if (PyErr_Occurred()) return NULL;
        Py_RETURN_NONE;
    }
    holes = PyList_New(0);
    for (int at = 0; holes != NULL && at < outline.count; at++) {
        Hole hole = outline.holes[at];
        PyObject *item = Py_BuildValue("iii", hole.sign, hole.start, hole.end);
        if (item == NULL || PyList_Append(holes, item) < 0) Py_CLEAR(holes);
        Py_XDECREF(item);
    }
    if (holes != NULL) text = PyBytes_FromStringAndSize((const char *)written, (Py_ssize_t)length);
    if (text == NULL) {
        Py_XDECREF(holes);
        return NULL;
    }
    return Py_BuildValue("NN(ii)", text, holes, outline.words.start, outline.words.end);
}
