/* Entries of a log looked up among those that were met before: all of a window, or the one around a hit. */
#include "outline.h"

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

/* Look up the entry of a piece without its identifiers, as look_at does; 0, and nothing told, where it has none. */
static int look_without_tokens(Lookup *self, const uint8_t *raw, size_t length, int derived, Piece *piece)
{
    Span token;
    const uint8_t *entry = without_tokens(self, raw, &length, &token);
    if (entry != NULL) entry = bare(self, entry, &length);
    if (entry == NULL) return PyErr_Occurred() ? -1 : 0;
    if (look_at(self, entry, length, derived, piece) < 0) return -1;
    if (piece->pattern < 0) return 0;
    if (!self->columns[self->patterns[piece->pattern].column].any) {
        piece->pattern = UNKNOWN;
        return 0;
    }
    piece->token = piece->start + token.start;
    piece->token_size = token.end - token.start;
    return 0;
}

/* Look up the outline of a piece, as look_at does; 0, and nothing told, where it has none. */
static int look_at_outline(Lookup *self, const uint8_t *raw, size_t length, const Outline *outline, int derived, Piece *piece)
{
    size_t size = length;
    const uint8_t *text = write_outline(self, raw, &size, outline);
    if (text != NULL) text = bare(self, text, &size);
    if (text == NULL) return PyErr_Occurred() ? -1 : 0;
    turn_to_outlines(self);
    int failed = look_at(self, text, size, derived, piece) < 0;
    turn_to_outlines(self);
    if (failed) return -1;
    if (piece->pattern < 0) return 0;
    const Column *column = self->columns + self->patterns[piece->pattern].column;
    int known = may_differ(self, column, raw, length, outline);
    Span name = outline->name, words = outline->words;
    if (known == 1 && name.end > name.start) known = take_name(self, column, raw + name.start, name.end - name.start, piece);
    if (known != 1) piece->pattern = UNKNOWN;
    piece->token = piece->start + words.start;
    piece->token_size = words.end - words.start;
    return known < 0 ? -1 : 0;
}

/* Look up the entry of a piece as it stands in the data, then without its identifiers, then its outline, then by what can be
 * derived. */
static int look_at_entry(Lookup *self, const uint8_t *data, size_t size, Piece *piece)
{
    const uint8_t *raw = data + piece->start;
    Outline outline;
    outline.count = -1;
    for (int derived = 0; derived < 2 && piece->pattern == UNKNOWN; derived++) {
        size_t length = size;
        const uint8_t *entry = bare(self, raw, &length);
        if (entry == NULL || look_at(self, entry, length, derived, piece) < 0) return -1;
        if (piece->pattern != UNKNOWN) return 0;
        if (look_without_tokens(self, raw, size, derived, piece) < 0) return -1;
        if (piece->pattern != UNKNOWN || !self->outlines) continue;
        if (outline.count < 0 && find_holes(self, raw, size, &outline) < 0) return -1;
        if (outline.count && look_at_outline(self, raw, size, &outline, derived, piece) < 0) return -1;
    }
    return 0;
}

static Piece *new_piece(Lookup *self, Py_ssize_t start, int64_t lines)
{
    if (ROOM(self, pieces, piece, self->piece_count + 1) < 0) return NULL;
    Piece *piece = self->pieces + self->piece_count++;
    *piece = (Piece){.start = start, .lines = lines, .pattern = UNKNOWN, .name = UNKNOWN};
    return piece;
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

/* Begin with another window of `data`. Names are numbered anew where none is waited for: there may be very many. */
static void begin(Lookup *self, PyObject *data)
{
    Py_XDECREF(self->data);
    self->data = Py_NewRef(data);
    self->piece_count = 0;
    if (self->row_count == 0 && PyDict_Size(self->names) > NAMES_MOST) PyDict_Clear(self->names);
}

/* look_up(data, first, stop, starts, masked): look up the entries of data[first:stop], whole lines that follow each other, the
 * last of which has no line end; the indices of those that are not known. Entries start at `starts`, and, if `masked`, where
 * lines are like the mask. */
static PyObject *look_up(Lookup *self, PyObject *args)
{
    PyObject *data, *starts;
    char *bytes;
    Py_ssize_t first, size, whole, place = 0;
    int masked;
    if (!PyArg_ParseTuple(args, "SnnOp", &data, &first, &size, &starts, &masked)
        || PyBytes_AsStringAndSize(data, &bytes, &whole) < 0)
        return NULL;
    if (!PyList_Check(starts) || first < 0 || first > size || size > whole) {
        PyErr_SetString(PyExc_ValueError, "starts are a list, and places stand in the data");
        return NULL;
    }
    begin(self, data);
    PyObject *unknown = PyList_New(0);
    if (unknown == NULL) return NULL;
    const uint8_t *text = (const uint8_t *)bytes;
    int64_t lines = 0;
    for (Py_ssize_t at = first; at <= size;) {
        Py_ssize_t stop = next_place(starts, &place, at, size + 1);
        Piece *piece = stop < 0 ? NULL : new_piece(self, at, lines);
        if (piece == NULL) goto failed;
        int64_t height;
        const uint8_t *end = text + stop - 1;
        if (masked) end = end_of_entry(self, text + at, end, &height);
        else height = 1 + line_ends(text + at, end);
        if (look_at_entry(self, text, (size_t)(end - (text + at)), piece) < 0) goto failed;
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

/* sweep(data, hits, index, start, limit, counts): take the entries that hold the hits from `index` on, the first of which starts at
 * `start`, up to one that is not known, or behind which none starts before `limit`; where each ends. They and what stands
 * between them are the pieces of a window, in turn: an entry has twice its index. `counts` are the line ends before each block
 * of the data, if these are known. */
static PyObject *sweep(Lookup *self, PyObject *args)
{
    PyObject *data, *hits;
    char *bytes;
    const char *counts;
    Py_ssize_t index, start, limit, size, counted, known;
    if (!PyArg_ParseTuple(args, "SOnnny#", &data, &hits, &index, &start, &limit, &counts, &known)
        || PyBytes_AsStringAndSize(data, &bytes, &size) < 0)
        return NULL;
    if (!PyList_Check(hits) || index < 0 || start < 0 || start > size) {
        PyErr_SetString(PyExc_ValueError, "hits are a list, and places stand in the data");
        return NULL;
    }
    begin(self, data);
    PyObject *ends = PyList_New(0);
    if (ends == NULL) return NULL;
    const uint8_t *text = (const uint8_t *)bytes, *stop = text + (limit < size ? limit : size);
    const int32_t *blocks = (const int32_t *)(const void *)counts;
    size_t block_count = (size_t)known / sizeof(int32_t);
    int64_t lines = 0, height;
    counted = start;
    while (index < PyList_Size(hits)) {
        Py_ssize_t hit = PyLong_AsSsize_t(PyList_GetItem(hits, index));
        if (PyErr_Occurred()) goto failed;
        if (hit >= size) break;
        if (self->piece_count)
            for (start = hit > counted ? hit : counted; start > counted && text[start - 1] != '\n';) start--;
        const uint8_t *end = start < stop - text ? end_of_entry(self, text + start, text + size, &height) : text + size;
        if (end == text + size || end + 1 > stop) break;
        lines += line_ends_in(text, (size_t)counted, (size_t)start, blocks, block_count);
        Piece *piece = new_piece(self, start, lines);
        if (piece == NULL || look_at_entry(self, text, (size_t)(end - text - start), piece) < 0) goto failed;
        if (piece->pattern < 0) {
            self->piece_count--;
            break;
        }
        lines += height;
        counted = end + 1 - text;
        piece = new_piece(self, counted, lines);
        PyObject *number = piece != NULL ? PyLong_FromSsize_t(counted) : NULL;
        if (number == NULL || PyList_Append(ends, number) < 0) {
            Py_XDECREF(number);
            goto failed;
        }
        Py_DECREF(number);
        piece->pattern = NOTHING;
        for (index++; index < PyList_Size(hits); index++) {
            hit = PyLong_AsSsize_t(PyList_GetItem(hits, index));
            if (PyErr_Occurred()) goto failed;
            if (hit >= counted) break;
        }
    }
    if (self->piece_count) self->piece_count--;  /* what follows the last is not of the window */
    return ends;
failed:
    self->piece_count = 0;
    Py_DECREF(ends);
    return NULL;
}

Piece *piece_at(Lookup *self, Py_ssize_t index)
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
    if (look_at_entry(self, (const uint8_t *)bytes, length, piece) < 0) return NULL;
    return PyBool_FromLong(piece->pattern != UNKNOWN);
}

/* parts(index): what is its own of a known entry: column, time and duration as printed, identifier; None if not known. */
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
    char *data;
    Py_ssize_t length;
    if (PyBytes_AsStringAndSize(self->data, &data, &length) < 0) return NULL;
    return Py_BuildValue("iy#y#y#", pattern->column, piece->time, (Py_ssize_t)piece->time_size, took, (Py_ssize_t)size,
                         data + piece->token, (Py_ssize_t)piece->token_size);
}

/* -- the type --------------------------------------------------------------------------------------------------- */

/* Lookup(lines, mask, seed, clock, plain, told, anchors): of a log whose entries are its `lines`, or start where one is like
 * `mask`; `plain`: no collector wrote something before each line. `told` are the keys of JSON fields that tell something, `anchors`
 * the texts that the search looks for. */
static int init(Lookup *self, PyObject *args, PyObject *keywords)
{
    char *mask;
    Py_ssize_t size;
    PyObject *clock, *told, *anchors;
    unsigned long long seed;
    if (keywords != NULL && PyDict_Size(keywords)) {
        PyErr_SetString(PyExc_TypeError, "takes no keywords");
        return -1;
    }
    if (!PyArg_ParseTuple(args, "py#KOpOO", &self->lines, &mask, &size, &seed, &clock, &self->plain, &told, &anchors)) return -1;
    if (!PyAnySet_Check(told) || !PyTuple_Check(anchors)) {
        PyErr_SetString(PyExc_TypeError, "keys are a set, and anchors a tuple");
        return -1;
    }
    if (size > TIME_MOST || (!size && !self->lines) || self->names != NULL) {
        PyErr_SetString(PyExc_ValueError, "a mask has 1 to 48 bytes");
        return -1;
    }
    for (Py_ssize_t at = 0; at < size; at++) self->mask[at] = is_digit((uint8_t)mask[at]) ? '0' : (uint8_t)mask[at];
    self->mask_size = (int)size;
    self->seed = seed;
    Py_INCREF(clock);
    self->clock = clock;
    Py_INCREF(told);
    self->told = told;
    if (take_texts(self, anchors) < 0) return -1;
    self->names = PyDict_New();
    self->openings = PyList_New(0);
    self->kept = PySet_New(NULL);
    return self->names == NULL || self->openings == NULL || self->kept == NULL ? -1 : 0;
}

static void dealloc(Lookup *self)
{
    for (size_t at = 0; at < self->skeleton_count; at++) free(self->skeletons[at].text);
    for (size_t at = 0; at < self->pattern_count; at++) free(self->patterns[at].digits);
    for (size_t at = 0; at < self->column_count; at++) {
        Py_DECREF(self->columns[at].names);
        Py_DECREF(self->columns[at].guard);
    }
    for (size_t at = 0; at < self->token_count; at++) free(self->tokens[at].spans);
    free(self->tokens);
    free(self->by_tokens.slots);
    free(self->whole_room);
    free(self->skeletons);
    free(self->patterns);
    free(self->columns);
    free(self->pieces);
    free(self->by_skeleton.slots);
    free(self->by_pattern.slots);
    free(self->by_form.slots);
    free(self->forms);
    free(self->moved);
    free(self->places);
    free(self->digits);
    free(self->zeroed);
    free(self->rows);
    free(self->room);
    map_free(&self->named);
    Py_XDECREF(self->clock);
    Py_XDECREF(self->names);
    Py_XDECREF(self->told);
    Py_XDECREF(self->openings);
    Py_XDECREF(self->kept);
    for (size_t at = 0; at < self->text_count; at++) Py_DECREF(self->texts[at].tuple);
    free(self->texts);
    Py_XDECREF(self->data);
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyObject *get_names(Lookup *self, void *Py_UNUSED(unused)) { return Py_NewRef(self->names); }
static PyObject *get_size(Lookup *self, void *Py_UNUSED(unused)) { return PyLong_FromSize_t(self->piece_count); }
static PyObject *get_learnt(Lookup *self, void *Py_UNUSED(unused)) { return PyLong_FromSize_t(self->learnt); }
static PyObject *get_pending(Lookup *self, void *Py_UNUSED(unused))
{
    return PyLong_FromLongLong((long long)(self->row_count / 4) + self->left_out[0] + self->left_out[1]);
}

/* ask_for(dated, low, high, opens, closes): leave out what is not between two times, or, if `dated` is false, two times of a day. */
static PyObject *ask_for(Lookup *self, PyObject *args)
{
    Within within = {.asked = 1};
    if (!PyArg_ParseTuple(args, "pLLLL", &within.dated, &within.low, &within.high, &within.opens, &within.closes)) return NULL;
    self->within = within;
    Py_RETURN_NONE;
}

static PyGetSetDef members[] = {
    {"names", (getter)get_names, NULL, "names that users gave, with their numbers", NULL},
    {"size", (getter)get_size, NULL, "entries of the window", NULL},
    {"learnt", (getter)get_learnt, NULL, "bytes that are remembered", NULL},
    {"pending", (getter)get_pending, NULL, "entries that were collected and not handed over", NULL},
    {NULL},
};

static PyMethodDef methods[] = {
    {"look_up", (PyCFunction)look_up, METH_VARARGS, "look_up(data, first, stop, starts, masked): indices of what is not known"},
    {"sweep", (PyCFunction)sweep, METH_VARARGS, "sweep(data, hits, index, start, limit, counts): where known entries end"},
    {"place", (PyCFunction)place_at, METH_VARARGS, "place(index): where an entry starts, and lines before it"},
    {"again", (PyCFunction)again, METH_VARARGS, "again(index): whether the entry is known by now"},
    {"learn_nothing", (PyCFunction)learn_nothing, METH_VARARGS, "learn_nothing(index, bare): the entry is nothing of ours"},
    {"parts", (PyCFunction)parts, METH_VARARGS, "parts(index): column, time, duration, identifier as printed; None"},
    {"collect", (PyCFunction)collect, METH_VARARGS, "collect(index, stop, line): what is to be looked at, the first, the last, the last of all"},
    {"drain", (PyCFunction)drain, METH_NOARGS, "drain(): rows, ends of columns, names, how many were left out"},
    {"learn", (PyCFunction)learn, METH_VARARGS, "learn(bare, column, lines, time, fraction, took, task, name, kept, outline)"},
    {"prepare", (PyCFunction)prepare, METH_VARARGS, "prepare(opening, words): what messages begin with, and what tells something before"},
    {"outline", (PyCFunction)outline_of, METH_VARARGS, "outline(entry): what it is without its texts, and where these stand; None"},
    {"learn_tokens", (PyCFunction)learn_tokens, METH_VARARGS, "learn_tokens(entry, spans)"},
    {"ask_for", (PyCFunction)ask_for, METH_VARARGS, "ask_for(dated, low, high, opens, closes): leave out what is of other times"},
    {"add_column", (PyCFunction)add_column, METH_VARARGS, "add_column(names, guard, seen, any, most, longest, digits, dated, begun): its number"},
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
