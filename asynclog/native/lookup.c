/* Entries of a log looked up among those that were met before.
 *
 * All digits of an entry made zeros, and addresses left out, are its skeleton. What was learnt of the first entry of a
 * skeleton tells where the time, the duration and other numbers of no account stand in the others. An entry is known
 * where its skeleton is, and all digits that count are those of one that was learnt: both are compared, not only sums.
 */
#include "lookup.h"

#include <stdlib.h>

#include "map.h"
#include "texts.h"

#define UNKNOWN (-1)
#define NOTHING (-2)
#define TIME_MOST 48   /* bytes of a time */
#define NUMBER_MOST 15 /* of a duration, or digits of a task's number */
#define SIDE_MOST 7    /* digits of a duration before its point, and behind */
#define SECONDS 256    /* times that are remembered, without their fractions */

static const int64_t POWERS[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

typedef struct {
    int start, end;
} Span;

/* What the entries of one skeleton have in common; spans of what they lack are empty. */
typedef struct {
    uint64_t sum;
    uint8_t *text;  /* zeroed, and behind it `digits` places of those that count */
    int size, lines, nothing;
    int digits;
    Span time, fraction, took, point, task, name;
} Skeleton;

typedef struct {
    uint64_t sum;
    int skeleton, column;
    uint8_t *digits;  /* those that count */
} Pattern;

typedef struct {
    PyObject *names;  /* a set: those that may stand in it */
    double most, longest;
    int digits;  /* behind the point of a duration, that make microseconds of it; less than 0: it is none */
    int met;     /* whether `first` and `last` are set */
    int64_t first, last;
    int first_size, last_size;
    uint8_t first_time[TIME_MOST], last_time[TIME_MOST];
} Column;

typedef struct {
    Py_ssize_t start;
    int64_t lines;  /* before it, in this window */
    int pattern;
    int name;  /* index of a name; less than 0: none */
    int64_t micros, took, number;
    int time_size;
    uint8_t time[TIME_MOST];
} Piece;

typedef struct {
    int size;
    uint8_t text[TIME_MOST];
    int64_t micros;
} Second;

typedef struct {
    int *slots;
    size_t size;
} Index;

typedef struct {
    PyObject_HEAD
    int lines;  /* whether each line is an entry */
    uint8_t mask[TIME_MOST];
    int mask_size;
    uint64_t seed;
    PyObject *clock, *names, *data;
    Skeleton *skeletons;
    Pattern *patterns;
    Column *columns;
    Piece *pieces;
    size_t skeleton_count, pattern_count, column_count, piece_count;
    size_t skeleton_room, pattern_room, column_room, piece_room;
    Index by_skeleton, by_pattern;
    int64_t *rows;  /* column, microseconds, duration, line of each that was collected */
    size_t row_count, row_room;
    Map named;
    uint8_t *room;
    size_t room_size;
    size_t learnt;  /* bytes */
    Second seconds[SECONDS];
} Lookup;

/* -- room ------------------------------------------------------------------------------------------------------- */

static int make_room(void **items, size_t *room, size_t wanted, size_t size)
{
    if (wanted <= *room) return 0;
    size_t larger = *room ? *room * 2 : 64;
    while (larger < wanted) larger *= 2;
    void *moved = realloc(*items, larger * size);
    if (moved == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    *items = moved;
    *room = larger;
    return 0;
}

#define ROOM(self, items, name, wanted) \
    make_room((void **)&(self)->items, &(self)->name##_room, (wanted), sizeof(*(self)->items))

static int put(Index *index, uint64_t sum, int item)
{
    size_t at = sum & (index->size - 1);
    while (index->slots[at]) at = (at + 1) & (index->size - 1);
    index->slots[at] = item + 1;
    return 0;
}

/* Room for one more of `count` items in an index, at most half of which is full. */
static int widen(Index *index, size_t count, const void *items, size_t size)
{
    if (count * 2 < index->size) return 0;
    Index larger = {NULL, index->size ? index->size * 2 : 256};
    larger.slots = calloc(larger.size, sizeof(int));
    if (larger.slots == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (size_t item = 0; item < count; item++)  /* items start with their sums */
        put(&larger, *(const uint64_t *)((const char *)items + item * size), (int)item);
    free(index->slots);
    *index = larger;
    return 0;
}

/* -- knowing ---------------------------------------------------------------------------------------------------- */

static const int32_t *places_of(const Skeleton *one)
{
    return (const int32_t *)(one->text + ((one->size + 7) & ~7));
}

static int skeleton_of(const Lookup *self, uint64_t sum, const uint8_t *text, size_t size)
{
    if (!self->by_skeleton.size) return UNKNOWN;
    for (size_t at = sum;; at++) {
        int item = self->by_skeleton.slots[at & (self->by_skeleton.size - 1)] - 1;
        if (item < 0) return UNKNOWN;
        const Skeleton *one = self->skeletons + item;
        if (one->sum == sum && (size_t)one->size == size && is_alike(text, one->text, size)) return item;
    }
}

static uint64_t digits_sum(const Lookup *self, int skeleton, const uint8_t *text)
{
    const Skeleton *one = self->skeletons + skeleton;
    const int32_t *places = places_of(one);
    uint64_t sum = self->seed + (uint64_t)skeleton, word = 0;
    for (int at = 0; at < one->digits; at++) {
        word = word << 4 | (text[places[at]] & 15);
        if (at % 16 == 15) sum = turned(sum, word);
    }
    return mixed(turned(sum, word));
}

static int pattern_of(const Lookup *self, uint64_t sum, int skeleton, const uint8_t *text)
{
    if (!self->by_pattern.size) return UNKNOWN;
    const Skeleton *one = self->skeletons + skeleton;
    const int32_t *places = places_of(one);
    for (size_t at = sum;; at++) {
        int item = self->by_pattern.slots[at & (self->by_pattern.size - 1)] - 1;
        if (item < 0) return UNKNOWN;
        const Pattern *pattern = self->patterns + item;
        if (pattern->sum != sum || pattern->skeleton != skeleton) continue;
        int same = 1;
        for (int digit = 0; same && digit < one->digits; digit++) same = text[places[digit]] == pattern->digits[digit];
        if (same) return item;
    }
}

/* The entry without the digits of its addresses: in `room` where there are any. */
static const uint8_t *bare(Lookup *self, const uint8_t *entry, size_t *size)
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

static int64_t number_in(const uint8_t *text, int start, int end, int64_t number)
{
    for (int at = start; at < end; at++)
        if (is_digit(text[at])) number = number * 10 + (text[at] - '0');
    return number;
}

/* The microseconds of a time: asked of the clock once for all that differ in the fraction of a second only. -1: failed, 0: none. */
static int read_time(Lookup *self, const Skeleton *one, Piece *piece)
{
    int size = one->time.end - one->time.start, at = one->fraction.start, end = one->fraction.end;
    int64_t scale = POWERS[6 - (end - at)], fraction = end > at ? number_in(piece->time, at, end, 0) * scale : 0;
    uint8_t whole[TIME_MOST];
    memcpy(whole, piece->time, (size_t)size);
    if (end > at) memset(whole + at, '0', (size_t)(end - at));
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
    piece->micros = second->micros + fraction;
    return 1;
}

/* The name that a user gave: 1 and its index in the piece; 0 where it must be looked at, -1 where that failed. */
static int read_name(Lookup *self, const Skeleton *one, const Column *column, const uint8_t *text, Piece *piece)
{
    piece->name = UNKNOWN;
    if (one->name.end <= one->name.start) return 1;
    PyObject *name = PyBytes_FromStringAndSize((const char *)text + one->name.start, one->name.end - one->name.start);
    if (name == NULL) return -1;
    int known = PySet_Contains(column->names, name);
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

static int64_t micros_of(int64_t number, int behind, int digits)
{
    if (digits < 0) return 0;
    if (behind <= digits) return number * POWERS[digits - behind];
    return (number / POWERS[behind - digits - 1] + 5) / 10;
}

/* Look up a bare entry: the piece tells its pattern and what is its own. -1 where that failed. */
static int look_at(Lookup *self, const uint8_t *text, size_t size, Piece *piece)
{
    piece->pattern = UNKNOWN;
    int skeleton = skeleton_of(self, sum_of(text, size, self->seed), text, size);
    if (skeleton < 0) return 0;
    const Skeleton *one = self->skeletons + skeleton;
    if (one->nothing) {
        piece->pattern = NOTHING;
        return 0;
    }
    int pattern = pattern_of(self, digits_sum(self, skeleton, text), skeleton, text);
    if (pattern < 0) return 0;
    const Column *column = self->columns + self->patterns[pattern].column;
    piece->number = number_in(text, one->took.start, one->took.end, 0);
    int behind = one->took.end - one->point.end;
    if (one->took.end > one->took.start && (double)piece->number / (double)POWERS[behind] > column->most) return 0;
    piece->took = one->took.end > one->took.start ? micros_of(piece->number, behind, column->digits) : 0;
    piece->micros = 0;
    piece->time_size = one->time.end - one->time.start;
    memcpy(piece->time, text + one->time.start, (size_t)piece->time_size);
    int known = piece->time_size ? read_time(self, one, piece) : 1;
    if (known == 1) known = read_name(self, one, column, text, piece);
    if (known == 1) piece->pattern = pattern;
    if (one->took.end <= one->took.start) piece->number = number_in(text, one->task.start, one->task.end, 0);
    return known < 0 ? -1 : 0;
}

/* -- windows ---------------------------------------------------------------------------------------------------- */

/* Where the entry that starts at `at` ends: at a line end behind which one starts, or at `stop`. */
static const uint8_t *end_of_entry(const Lookup *self, const uint8_t *at, const uint8_t *stop, int64_t *lines)
{
    for (*lines = 1;; (*lines)++) {
        const uint8_t *end = memchr(at, '\n', (size_t)(stop - at));
        if (end == NULL) return stop;
        if (self->lines) return end;
        at = end + 1;
        if (stop - at >= self->mask_size && is_alike(at, self->mask, (size_t)self->mask_size)) return end;
    }
}

static Piece *new_piece(Lookup *self, Py_ssize_t start, int64_t lines)
{
    if (ROOM(self, pieces, piece, self->piece_count + 1) < 0) return NULL;
    Piece *piece = self->pieces + self->piece_count++;
    *piece = (Piece){.start = start, .lines = lines, .pattern = UNKNOWN, .name = UNKNOWN};
    return piece;
}

static int64_t lines_in(const uint8_t *at, const uint8_t *end)
{
    int64_t lines = 1;
    for (; at < end; at++) lines += *at == '\n';
    return lines;
}

/* Where the next of some places is that is larger than `at`, or `stop`; -1 where one is no place. */
static Py_ssize_t next_place(PyObject *places, Py_ssize_t *index, Py_ssize_t at, Py_ssize_t stop)
{
    for (; *index < PyList_Size(places); (*index)++) {
        Py_ssize_t place = PyLong_AsSsize_t(PyList_GetItem(places, *index));
        if (PyErr_Occurred()) return -1;
        if (place > stop) break;
        if (place > at) return place;
    }
    return stop;
}

/* look_up(data, starts, masked): look up the entries of whole lines that follow each other, the last of which has no line
 * end; the indices of those that are not known. Entries start at `starts`, and, if `masked`, where lines are like the mask. */
static PyObject *look_up(Lookup *self, PyObject *args)
{
    PyObject *data, *starts;
    char *bytes;
    Py_ssize_t size, place = 0;
    int masked;
    if (!PyArg_ParseTuple(args, "SOp", &data, &starts, &masked) || PyBytes_AsStringAndSize(data, &bytes, &size) < 0)
        return NULL;
    if (!PyList_Check(starts)) {
        PyErr_SetString(PyExc_TypeError, "starts are a list");
        return NULL;
    }
    Py_XDECREF(self->data);
    self->data = Py_NewRef(data);
    self->piece_count = 0;
    PyObject *unknown = PyList_New(0);
    if (unknown == NULL) return NULL;
    const uint8_t *text = (const uint8_t *)bytes;
    int64_t lines = 0;
    for (Py_ssize_t at = 0; at <= size;) {
        Py_ssize_t stop = next_place(starts, &place, at, size + 1);
        Piece *piece = stop < 0 ? NULL : new_piece(self, at, lines);
        if (piece == NULL) goto failed;
        int64_t height;
        const uint8_t *end = text + stop - 1;
        if (masked) end = end_of_entry(self, text + at, end, &height);
        else height = lines_in(text + at, end);
        size_t length = (size_t)(end - (text + at));
        const uint8_t *entry = bare(self, text + at, &length);
        if (entry == NULL || look_at(self, entry, length, piece) < 0) goto failed;
        if (piece->pattern == UNKNOWN) {
            PyObject *number = PyLong_FromSize_t(self->piece_count - 1);
            if (number == NULL || PyList_Append(unknown, number) < 0) {
                Py_XDECREF(number);
                goto failed;
            }
            Py_DECREF(number);
        }
        lines += height;
        at = end - text + 1;
    }
    if (new_piece(self, size + 1, lines) == NULL) goto failed;
    self->piece_count--;
    return unknown;
failed:
    self->piece_count = 0;
    Py_DECREF(unknown);
    return NULL;
}

/* find(data, start): where the entry ends that starts at `start`, if it is known and another starts behind it, else 0. It is
 * then the only one of a window. */
static PyObject *find(Lookup *self, PyObject *args)
{
    PyObject *data;
    char *bytes;
    Py_ssize_t start, size;
    if (!PyArg_ParseTuple(args, "Sn", &data, &start) || PyBytes_AsStringAndSize(data, &bytes, &size) < 0) return NULL;
    self->piece_count = 0;
    if (start < 0 || start > size) return PyLong_FromLong(0);
    const uint8_t *text = (const uint8_t *)bytes;
    int64_t lines;
    const uint8_t *end = end_of_entry(self, text + start, text + size, &lines);
    if (end == text + size) return PyLong_FromLong(0);
    size_t length = (size_t)(end - text - start);
    Piece *piece = new_piece(self, start, 0);
    const uint8_t *entry = piece == NULL ? NULL : bare(self, text + start, &length);
    if (entry == NULL || look_at(self, entry, length, piece) < 0 || new_piece(self, end + 1 - text, lines) == NULL) return NULL;
    self->piece_count = 1;
    if (self->pieces->pattern < 0) return PyLong_FromLong(0);
    Py_XDECREF(self->data);
    self->data = Py_NewRef(data);
    return PyLong_FromSsize_t(end + 1 - text);
}

static Piece *piece_at(Lookup *self, Py_ssize_t index)
{
    if (index >= 0 && (size_t)index <= self->piece_count && self->data != NULL) return self->pieces + index;
    PyErr_SetString(PyExc_IndexError, "no such entry");
    return NULL;
}

static PyObject *place_at(Lookup *self, PyObject *args)
{
    Py_ssize_t index;
    if (!PyArg_ParseTuple(args, "n", &index)) return NULL;
    Piece *piece = piece_at(self, index);
    return piece == NULL ? NULL : Py_BuildValue("nL", piece->start, (long long)piece->lines);
}

/* Look up a piece again by a text that was made bare elsewhere; the number of its column, None where it has none. */
static PyObject *assign(Lookup *self, PyObject *args)
{
    Py_ssize_t index;
    PyObject *text;
    char *bytes;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "nS", &index, &text) || PyBytes_AsStringAndSize(text, &bytes, &size) < 0) return NULL;
    Piece *piece = piece_at(self, index);
    if (piece == NULL || look_at(self, (const uint8_t *)bytes, (size_t)size, piece) < 0) return NULL;
    if (piece->pattern < 0) Py_RETURN_NONE;
    return PyLong_FromLong(self->patterns[piece->pattern].column);
}

/* Look up a piece again, after something was learnt; whether it is known now. */
static PyObject *again(Lookup *self, PyObject *args)
{
    Py_ssize_t index, size;
    char *bytes;
    if (!PyArg_ParseTuple(args, "n", &index)) return NULL;
    Piece *piece = piece_at(self, index);
    if (piece == NULL || piece_at(self, index + 1) == NULL) return NULL;
    if (PyBytes_AsStringAndSize(self->data, &bytes, &size) < 0) return NULL;
    size_t length = (size_t)(self->pieces[index + 1].start - 1 - piece->start);
    const uint8_t *entry = bare(self, (const uint8_t *)bytes + piece->start, &length);
    if (entry == NULL || look_at(self, entry, length, piece) < 0) return NULL;
    return PyBool_FromLong(piece->pattern != UNKNOWN);
}

/* Make a piece one that is not known after all. */
static PyObject *dismiss(Lookup *self, PyObject *args)
{
    Py_ssize_t index;
    if (!PyArg_ParseTuple(args, "n", &index)) return NULL;
    Piece *piece = piece_at(self, index);
    if (piece == NULL) return NULL;
    piece->pattern = UNKNOWN;
    Py_RETURN_NONE;
}

/* What is its own of a known piece: column, microseconds, printed time, duration without its point, name. */
static PyObject *parts(Lookup *self, PyObject *args)
{
    Py_ssize_t index;
    if (!PyArg_ParseTuple(args, "n", &index)) return NULL;
    Piece *piece = piece_at(self, index);
    if (piece == NULL) return NULL;
    if (piece->pattern < 0) Py_RETURN_NONE;
    const Pattern *pattern = self->patterns + piece->pattern;
    const Skeleton *one = self->skeletons + pattern->skeleton;
    uint8_t took[NUMBER_MOST + 1];
    int size = one->took.end - one->took.start, point = one->point.start - one->took.start;
    int64_t number = piece->number;
    for (int at = size - 1; at >= 0; at--) {
        if (at == point && one->point.end > one->point.start) {
            took[at] = '.';
            continue;
        }
        took[at] = (uint8_t)('0' + number % 10);
        number /= 10;
    }
    return Py_BuildValue("iy#y#", pattern->column, piece->time, (Py_ssize_t)piece->time_size, took, (Py_ssize_t)size);
}

/* -- collecting ------------------------------------------------------------------------------------------------- */

static void reach(Column *column, const Piece *piece)
{
    if (!column->met || piece->micros < column->first) {
        column->first = piece->micros;
        column->first_size = piece->time_size;
        memcpy(column->first_time, piece->time, (size_t)piece->time_size);
    }
    if (!column->met || piece->micros > column->last) {
        column->last = piece->micros;
        column->last_size = piece->time_size;
        memcpy(column->last_time, piece->time, (size_t)piece->time_size);
    }
    column->met = 1;
}

/* Whether two neighbours took equally long, as printed; of those that took no time, whether they are of one task. */
static int is_like(const Lookup *self, const Piece *one, const Piece *other)
{
    if (one->number != other->number) return 0;
    const Skeleton *a = self->skeletons + self->patterns[one->pattern].skeleton;
    const Skeleton *b = self->skeletons + self->patterns[other->pattern].skeleton;
    if (a->took.end > a->took.start)
        return a->took.end - a->took.start == b->took.end - b->took.start && a->took.end - a->point.end == b->took.end - b->point.end;
    return b->took.end == b->took.start && a->task.end > a->task.start
        && a->task.end - a->task.start == b->task.end - b->task.start;
}

/* Collect the entries from `index` up to `stop`, none of them unknown, the first of which stands on `line`. The answer are
 * those that took longer than all before, and those that are like the one before: (index, index of that one or -1). */
static PyObject *collect(Lookup *self, PyObject *args)
{
    Py_ssize_t index, stop;
    long long line;
    if (!PyArg_ParseTuple(args, "nnL", &index, &stop, &line)) return NULL;
    if (piece_at(self, index) == NULL || piece_at(self, stop) == NULL) return NULL;
    PyObject *told = PyList_New(0);
    if (told == NULL) return NULL;
    line -= self->pieces[index].lines;
    Py_ssize_t before = -1, first = -1;
    for (Py_ssize_t at = index; at < stop; at++) {
        Piece *piece = self->pieces + at;
        if (piece->pattern < 0) continue;
        const Pattern *pattern = self->patterns + piece->pattern;
        Column *column = self->columns + pattern->column;
        const Skeleton *one = self->skeletons + pattern->skeleton;
        if (make_room((void **)&self->rows, &self->row_room, self->row_count + 4, sizeof(int64_t)) < 0) goto failed;
        int64_t *row = self->rows + self->row_count;
        row[0] = pattern->column;
        row[1] = piece->micros;
        row[2] = piece->took;
        row[3] = piece->lines + line;
        self->row_count += 4;
        if (piece->time_size) reach(column, piece);
        Cell *cell = map_cell(&self->named, pattern->column, piece->name);
        if (cell == NULL) {
            PyErr_NoMemory();
            goto failed;
        }
        cell->number++;
        int likes = before >= 0 && is_like(self, self->pieces + before, piece), longer = 0;
        if (one->took.end > one->took.start) {
            double value = (double)piece->number / (double)POWERS[one->took.end - one->point.end];
            longer = value > column->longest;
            if (longer) column->longest = value;
        }
        for (int which = 0; which < 2; which++) {
            if (!(which ? longer : likes)) continue;
            PyObject *pair = Py_BuildValue("nn", at, which ? (Py_ssize_t)-1 : before);
            if (pair == NULL || PyList_Append(told, pair) < 0) {
                Py_XDECREF(pair);
                goto failed;
            }
            Py_DECREF(pair);
        }
        before = at;
        if (first < 0) first = at;
    }
    return Py_BuildValue("Nnn", told, first, before);
failed:
    Py_DECREF(told);
    return NULL;
}

/* Hand over what was collected: rows, the first and last time of each column, and its names. */
static PyObject *drain(Lookup *self, PyObject *Py_UNUSED(unused))
{
    PyObject *ends = PyList_New(0), *named = PyList_New(0), *item = NULL;
    Cell *cells = NULL;
    if (ends == NULL || named == NULL) goto failed;
    for (size_t at = 0; at < self->column_count; at++) {
        Column *column = self->columns + at;
        if (!column->met) continue;
        column->met = 0;
        item = Py_BuildValue("n(Ly#)(Ly#)", (Py_ssize_t)at, (long long)column->first, column->first_time,
                             (Py_ssize_t)column->first_size, (long long)column->last, column->last_time,
                             (Py_ssize_t)column->last_size);
        if (item == NULL || PyList_Append(ends, item) < 0) goto failed;
        Py_CLEAR(item);
    }
    size_t number;
    cells = map_sorted(&self->named, &number);
    for (size_t at = 0; at < number; at++) {
        item = Py_BuildValue("LLL", (long long)cells[at].first, (long long)cells[at].second, (long long)cells[at].number);
        if (item == NULL || PyList_Append(named, item) < 0) goto failed;
        Py_CLEAR(item);
    }
    free(cells);
    cells = NULL;
    item = PyBytes_FromStringAndSize((const char *)self->rows, (Py_ssize_t)(self->row_count * sizeof(int64_t)));
    if (item == NULL) goto failed;
    self->row_count = 0;
    return Py_BuildValue("NNN", item, ends, named);
failed:
    free(cells);
    Py_XDECREF(item);
    Py_XDECREF(ends);
    Py_XDECREF(named);
    return NULL;
}

/* -- learning --------------------------------------------------------------------------------------------------- */

static int is_within(Span span, int size) { return 0 <= span.start && span.start <= span.end && span.end <= size; }

static int is_number(const uint8_t *text, Span span)
{
    for (int at = span.start; at < span.end; at++)
        if (!is_digit(text[at])) return 0;
    return span.end - span.start <= NUMBER_MOST;
}

/* Where the point of a duration stands (an empty span at its end where it has none); whether the duration can be read. */
static int find_point(const uint8_t *text, Span took, Span *point)
{
    *point = (Span){took.end, took.end};
    if (took.end == took.start) return 1;
    const uint8_t *sign = memchr(text + took.start, '.', (size_t)(took.end - took.start));
    if (sign != NULL) {
        point->start = (int)(sign - text);
        point->end = point->start + 1;
    }
    Span whole = {took.start, point->start}, behind = {point->end, took.end};
    if (whole.end - whole.start > SIDE_MOST || behind.end - behind.start > SIDE_MOST) return 0;
    return is_number(text, whole) && is_number(text, behind);
}

/* Remember a skeleton; its number, UNKNOWN where it cannot be, -2 where that failed. `kept` are the spans whose digits count. */
static int learn_skeleton(Lookup *self, Skeleton one, const uint8_t *text, PyObject *kept)
{
    int size = one.size;
    if (ROOM(self, skeletons, skeleton, self->skeleton_count + 1) < 0) return -2;
    if (widen(&self->by_skeleton, self->skeleton_count, self->skeletons, sizeof(Skeleton)) < 0) return -2;
    size_t aligned = (size_t)((size + 7) & ~7);
    one.text = malloc(aligned + (size_t)size * sizeof(int32_t) + 8);
    if (one.text == NULL) {
        PyErr_NoMemory();
        return -2;
    }
    for (int at = 0; at < size; at++) one.text[at] = is_digit(text[at]) ? '0' : text[at];
    int32_t *places = (int32_t *)(one.text + aligned);
    one.digits = 0;
    Py_ssize_t count = kept == NULL ? 0 : PyList_Size(kept);
    for (Py_ssize_t at = 0, from = 0; at < count; at++) {
        int start, end;
        PyObject *span = PyList_GetItem(kept, at);
        if (span == NULL || !PyArg_ParseTuple(span, "ii", &start, &end)) goto failed;
        if (start < from || end < start || end > size) {
            PyErr_SetString(PyExc_ValueError, "spans must be in order");
            goto failed;
        }
        from = end;
        for (int place = start; place < end; place++)
            if (is_digit(text[place])) places[one.digits++] = place;
    }
    self->learnt += aligned + (size_t)one.digits * sizeof(int32_t) + sizeof(Skeleton);
    uint8_t *smaller = realloc(one.text, aligned + (size_t)one.digits * sizeof(int32_t) + 8);
    if (smaller != NULL) one.text = smaller;
    self->skeletons[self->skeleton_count] = one;
    put(&self->by_skeleton, one.sum, (int)self->skeleton_count);
    return (int)self->skeleton_count++;
failed:
    free(one.text);
    return -2;
}

/* learn(text, column, lines, time, fraction, took, task, name, kept): remember a bare entry; whether it is one that can be
 * told. All but the first three are spans (start, end), `kept` is a list of them. */
static PyObject *learn(Lookup *self, PyObject *args)
{
    PyObject *bytes, *kept;
    char *start;
    Py_ssize_t size;
    int column;
    Skeleton one = {0};
    if (!PyArg_ParseTuple(args, "Sii(ii)(ii)(ii)(ii)(ii)O", &bytes, &column, &one.lines, &one.time.start, &one.time.end,
                          &one.fraction.start, &one.fraction.end, &one.took.start, &one.took.end, &one.task.start,
                          &one.task.end, &one.name.start, &one.name.end, &kept))
        return NULL;
    if (PyBytes_AsStringAndSize(bytes, &start, &size) < 0) return NULL;
    const uint8_t *text = (const uint8_t *)start;
    one.size = (int)size;
    if (size > INT32_MAX / 8 || !PyList_Check(kept) || column < 0 || (size_t)column >= self->column_count
        || !is_within(one.time, one.size) || !is_within(one.took, one.size) || !is_within(one.task, one.size)
        || !is_within(one.name, one.size) || !is_within(one.fraction, one.time.end - one.time.start)) {
        PyErr_SetString(PyExc_ValueError, "no such place");
        return NULL;
    }
    Span fraction = {one.time.start + one.fraction.start, one.time.start + one.fraction.end};
    if (one.time.end - one.time.start > TIME_MOST || one.fraction.end - one.fraction.start > 6
        || !is_number(text, fraction) || !find_point(text, one.took, &one.point) || !is_number(text, one.task))
        Py_RETURN_FALSE;
    one.sum = sum_of(text, (size_t)size, self->seed);
    int skeleton = skeleton_of(self, one.sum, text, (size_t)size);
    if (skeleton < 0) skeleton = learn_skeleton(self, one, text, kept);
    if (skeleton < 0) return NULL;
    Skeleton *known = self->skeletons + skeleton;
    if (known->nothing) Py_RETURN_FALSE;
    Pattern pattern = {digits_sum(self, skeleton, text), skeleton, column, NULL};
    int same = pattern_of(self, pattern.sum, skeleton, text);
    if (same >= 0) {
        self->patterns[same].column = column;
        Py_RETURN_TRUE;
    }
    if (ROOM(self, patterns, pattern, self->pattern_count + 1) < 0) return NULL;
    if (widen(&self->by_pattern, self->pattern_count, self->patterns, sizeof(Pattern)) < 0) return NULL;
    pattern.digits = malloc((size_t)known->digits + 1);
    if (pattern.digits == NULL) return PyErr_NoMemory();
    for (int at = 0; at < known->digits; at++) pattern.digits[at] = text[places_of(known)[at]];
    self->learnt += (size_t)known->digits + sizeof(Pattern);
    self->patterns[self->pattern_count] = pattern;
    put(&self->by_pattern, pattern.sum, (int)self->pattern_count++);
    Py_RETURN_TRUE;
}

/* Remember that entries like this bare one are nothing of ours, and the piece is one of them. */
static PyObject *nothing(Lookup *self, PyObject *args)
{
    Py_ssize_t index, size;
    PyObject *bytes;
    char *start;
    if (!PyArg_ParseTuple(args, "nS", &index, &bytes) || PyBytes_AsStringAndSize(bytes, &start, &size) < 0) return NULL;
    Piece *piece = piece_at(self, index);
    if (piece == NULL) return NULL;
    piece->pattern = NOTHING;
    if (size > INT32_MAX / 8) Py_RETURN_NONE;
    const uint8_t *text = (const uint8_t *)start;
    Skeleton one = {.sum = sum_of(text, (size_t)size, self->seed), .size = (int)size, .nothing = 1};
    if (skeleton_of(self, one.sum, text, (size_t)size) < 0 && learn_skeleton(self, one, text, NULL) < 0) return NULL;
    Py_RETURN_NONE;
}

/* add_column(names, most, longest, digits): the number of a new column. `names` is a set. */
static PyObject *add_column(Lookup *self, PyObject *args)
{
    Column column = {0};
    if (!PyArg_ParseTuple(args, "Oddi", &column.names, &column.most, &column.longest, &column.digits)) return NULL;
    if (!PyAnySet_Check(column.names) || column.digits > 6) {
        PyErr_SetString(PyExc_ValueError, "a column has a set of names, and at most 6 digits");
        return NULL;
    }
    if (ROOM(self, columns, column, self->column_count + 1) < 0) return NULL;
    Py_INCREF(column.names);
    self->columns[self->column_count] = column;
    return PyLong_FromSize_t(self->column_count++);
}

/* -- the type --------------------------------------------------------------------------------------------------- */

/* Lookup(lines, mask, seed, clock): of a log whose entries are its `lines`, or start where one is like `mask`. */
static int init(Lookup *self, PyObject *args, PyObject *keywords)
{
    char *mask;
    Py_ssize_t size;
    PyObject *clock;
    unsigned long long seed;
    if (keywords != NULL && PyDict_Size(keywords)) {
        PyErr_SetString(PyExc_TypeError, "takes no keywords");
        return -1;
    }
    if (!PyArg_ParseTuple(args, "py#KO", &self->lines, &mask, &size, &seed, &clock)) return -1;
    if (size > TIME_MOST || (!size && !self->lines) || self->names != NULL) {
        PyErr_SetString(PyExc_ValueError, "a mask has 1 to 48 bytes");
        return -1;
    }
    for (Py_ssize_t at = 0; at < size; at++) self->mask[at] = is_digit((uint8_t)mask[at]) ? '0' : (uint8_t)mask[at];
    self->mask_size = (int)size;
    self->seed = seed;
    Py_INCREF(clock);
    self->clock = clock;
    self->names = PyDict_New();
    return self->names == NULL ? -1 : 0;
}

static void dealloc(Lookup *self)
{
    for (size_t at = 0; at < self->skeleton_count; at++) free(self->skeletons[at].text);
    for (size_t at = 0; at < self->pattern_count; at++) free(self->patterns[at].digits);
    for (size_t at = 0; at < self->column_count; at++) Py_DECREF(self->columns[at].names);
    free(self->skeletons);
    free(self->patterns);
    free(self->columns);
    free(self->pieces);
    free(self->by_skeleton.slots);
    free(self->by_pattern.slots);
    free(self->rows);
    free(self->room);
    map_free(&self->named);
    Py_XDECREF(self->clock);
    Py_XDECREF(self->names);
    Py_XDECREF(self->data);
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyObject *get_names(Lookup *self, void *Py_UNUSED(unused)) { return Py_NewRef(self->names); }
static PyObject *get_size(Lookup *self, void *Py_UNUSED(unused)) { return PyLong_FromSize_t(self->piece_count); }
static PyObject *get_learnt(Lookup *self, void *Py_UNUSED(unused)) { return PyLong_FromSize_t(self->learnt); }
static PyObject *get_pending(Lookup *self, void *Py_UNUSED(unused)) { return PyLong_FromSize_t(self->row_count / 4); }

static PyGetSetDef members[] = {
    {"names", (getter)get_names, NULL, "names that users gave, with their numbers", NULL},
    {"size", (getter)get_size, NULL, "entries of the window", NULL},
    {"learnt", (getter)get_learnt, NULL, "bytes that are remembered", NULL},
    {"pending", (getter)get_pending, NULL, "entries that were collected and not handed over", NULL},
    {NULL},
};

static PyMethodDef methods[] = {
    {"look_up", (PyCFunction)look_up, METH_VARARGS, "look_up(data, starts, masked): indices of what is not known"},
    {"find", (PyCFunction)find, METH_VARARGS, "find(data, start): where a known entry ends, or 0"},
    {"place", (PyCFunction)place_at, METH_VARARGS, "place(index): where an entry starts, and lines before it"},
    {"assign", (PyCFunction)assign, METH_VARARGS, "assign(index, bare): the column of an entry"},
    {"again", (PyCFunction)again, METH_VARARGS, "again(index): whether the entry is known by now"},
    {"dismiss", (PyCFunction)dismiss, METH_VARARGS, "dismiss(index): the entry is not known"},
    {"nothing", (PyCFunction)nothing, METH_VARARGS, "nothing(index, bare): the entry is nothing of ours"},
    {"parts", (PyCFunction)parts, METH_VARARGS, "parts(index): column, time and duration as printed; None"},
    {"collect", (PyCFunction)collect, METH_VARARGS, "collect(index, stop, line): what is to be looked at, the first, the last"},
    {"drain", (PyCFunction)drain, METH_NOARGS, "drain(): rows, ends of columns, names"},
    {"learn", (PyCFunction)learn, METH_VARARGS, "learn(bare, column, lines, time, fraction, took, task, name, kept)"},
    {"add_column", (PyCFunction)add_column, METH_VARARGS, "add_column(names, most, longest, digits): its number"},
    {NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "Entries looked up among those that were met before."},
    {Py_tp_init, init},
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_dealloc, dealloc},
    {Py_tp_methods, methods},
    {Py_tp_getset, members},
    {0, NULL},
};

PyType_Spec lookup_spec = {"asynclog.native.compiled.Lookup", sizeof(Lookup), 0, Py_TPFLAGS_DEFAULT, slots};
