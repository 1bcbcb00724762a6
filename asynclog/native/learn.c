/* Entries that were taken apart elsewhere are remembered, with all that tells others like them. */
#include "outline.h"

static void put(Index *index, uint64_t sum, int item)
{
    size_t at = sum & (index->size - 1);
    while (index->slots[at]) at = (at + 1) & (index->size - 1);
    index->slots[at] = item + 1;
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

static int is_within(Span span, int size) { return 0 <= span.start && span.start <= span.end && span.end <= size; }

static int is_number(const uint8_t *text, Span span)
{
    for (int at = span.start; at < span.end; at++)
        if (!is_digit(text[at])) return 0;
    return span.end - span.start <= NUMBER_MOST;
}

int find_point(const uint8_t *text, Span took, Span *point)
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

int add_skeleton(Lookup *self, Skeleton one, const uint8_t *zeroed, const int32_t *places)
{
    size_t aligned = (size_t)((one.size + 7) & ~7), behind = (size_t)one.digits * sizeof(int32_t);
    if (ROOM(self, skeletons, skeleton, self->skeleton_count + 1) < 0) return -1;
    if (widen(&self->by_skeleton, self->skeleton_count, self->skeletons, sizeof(Skeleton)) < 0) return -1;
    if (!one.nothing) {
        if (ROOM(self, forms, form, self->form_count + 1) < 0) return -1;
        if (widen(&self->by_form, self->form_count, self->forms, sizeof(Form)) < 0) return -1;
    }
    one.text = malloc(aligned + behind + 8);
    if (one.text == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(one.text, zeroed, (size_t)one.size);
    if (behind) memcpy(one.text + aligned, places, behind);
    self->learnt += aligned + behind + sizeof(Skeleton);
    self->skeletons[self->skeleton_count] = one;
    put(&self->by_skeleton, one.sum, (int)self->skeleton_count);
    if (!one.nothing) {
        self->learnt += sizeof(Form);
        self->forms[self->form_count] = (Form){form_sum(self, zeroed, (size_t)one.size), (int)self->skeleton_count};
        put(&self->by_form, self->forms[self->form_count].sum, (int)self->form_count);
        self->form_count++;
    }
    return (int)self->skeleton_count++;
}

int add_pattern(Lookup *self, int skeleton, int column, const uint8_t *digits)
{
    int count = self->skeletons[skeleton].digits;
    Pattern pattern = {digits_sum(self, skeleton, digits), skeleton, column, NULL};
    if (ROOM(self, patterns, pattern, self->pattern_count + 1) < 0) return -1;
    if (widen(&self->by_pattern, self->pattern_count, self->patterns, sizeof(Pattern)) < 0) return -1;
    pattern.digits = malloc((size_t)count + 1);
    if (pattern.digits == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(pattern.digits, digits, (size_t)count);
    self->learnt += (size_t)count + sizeof(Pattern);
    self->patterns[self->pattern_count] = pattern;
    put(&self->by_pattern, pattern.sum, (int)self->pattern_count);
    return (int)self->pattern_count++;
}

/* Remember the skeleton of a zeroed text; its number, -1 where that failed. `kept` is a list of the spans whose digits count. */
static int learn_skeleton(Lookup *self, Skeleton one, const uint8_t *zeroed, PyObject *kept)
{
    int32_t *places = malloc((size_t)one.size * sizeof(int32_t) + 8);
    int skeleton = -1;
    if (places == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    Py_ssize_t count = PyList_Size(kept);
    for (Py_ssize_t at = 0, from = 0; at < count; at++) {
        int start, end;
        PyObject *span = PyList_GetItem(kept, at);
        if (span == NULL || !PyArg_ParseTuple(span, "ii", &start, &end)) goto done;
        if (start < from || end < start || end > one.size) {
            PyErr_SetString(PyExc_ValueError, "spans must be in order");
            goto done;
        }
        from = end;
        for (int place = start; place < end; place++)
            if (zeroed[place] == '0') places[one.digits++] = place;
    }
    skeleton = add_skeleton(self, one, zeroed, places);
done:
    free(places);
    return skeleton;
}

static PyObject *learn_text(Lookup *self, PyObject *bytes, int column, Skeleton one, PyObject *kept)
{
    char *start;
    Py_ssize_t size;
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
    const uint8_t *zeros = zeroed(self, text, (size_t)size);
    if (zeros == NULL) return NULL;
    one.sum = sum_of(zeros, (size_t)size, self->seed);
    int skeleton = skeleton_of(self, one.sum, zeros, (size_t)size);
    if (skeleton < 0) skeleton = learn_skeleton(self, one, zeros, kept);
    if (skeleton < 0) return NULL;
    if (self->skeletons[skeleton].nothing) Py_RETURN_FALSE;
    const uint8_t *digits = digits_of(self, skeleton, text);
    if (digits == NULL) return NULL;
    int same = pattern_of(self, skeleton, digits);
    if (same >= 0) self->patterns[same].column = column;
    else if (add_pattern(self, skeleton, column, digits) < 0) return NULL;
    Py_RETURN_TRUE;
}

/* learn(text, column, lines, time, fraction, took, task, name, kept, outline): remember a bare entry, or an outline; whether it is
 * one that can be told. All but the first three and the last are spans (start, end), `kept` is a list of them. */
PyObject *learn(Lookup *self, PyObject *args)
{
    PyObject *bytes, *kept;
    int column, outline;
    Skeleton one = {0};
    if (!PyArg_ParseTuple(args, "Sii(ii)(ii)(ii)(ii)(ii)Op", &bytes, &column, &one.lines, &one.time.start, &one.time.end,
                          &one.fraction.start, &one.fraction.end, &one.took.start, &one.took.end, &one.task.start,
                          &one.task.end, &one.name.start, &one.name.end, &kept, &outline))
        return NULL;
    if (outline) turn_to_outlines(self);
    PyObject *answer = learn_text(self, bytes, column, one, kept);
    if (outline) turn_to_outlines(self);
    self->outlines += outline && answer == Py_True;
    return answer;
}

/* Remember that entries like this bare one are nothing of ours, and the piece is one of them. */
PyObject *learn_nothing(Lookup *self, PyObject *args)
{
    Py_ssize_t index, size;
    PyObject *bytes;
    char *start;
    if (!PyArg_ParseTuple(args, "nS", &index, &bytes) || PyBytes_AsStringAndSize(bytes, &start, &size) < 0) return NULL;
    Piece *piece = piece_at(self, index);
    if (piece == NULL) return NULL;
    piece->pattern = NOTHING;
    if (size > INT32_MAX / 8) Py_RETURN_NONE;
    const uint8_t *zeros = zeroed(self, (const uint8_t *)start, (size_t)size);
    if (zeros == NULL) return NULL;
    Skeleton one = {.sum = sum_of(zeros, (size_t)size, self->seed), .size = (int)size, .nothing = 1};
    if (skeleton_of(self, one.sum, zeros, (size_t)size) < 0 && add_skeleton(self, one, zeros, NULL) < 0) return NULL;
    Py_RETURN_NONE;
}

/* learn_tokens(entry, spans): where identifiers stand in an entry, and in those that are alike but for hexadecimal digits. */
PyObject *learn_tokens(Lookup *self, PyObject *args)
{
    PyObject *bytes, *list;
    char *entry;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "SO", &bytes, &list) || PyBytes_AsStringAndSize(bytes, &entry, &size) < 0) return NULL;
    Py_ssize_t count = PyList_Size(list);
    if (count < 1 || size > INT32_MAX / 8) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "no identifiers");
        return NULL;
    }
    Tokens one = {alike_sum(self, (const uint8_t *)entry, (size_t)size), (size_t)size, (int)count, malloc((size_t)count * sizeof(Span))};
    if (one.spans == NULL) return PyErr_NoMemory();
    int from = 0;
    for (Py_ssize_t at = 0; at < count; at++) {
        Span *span = one.spans + at;
        PyObject *item = PyList_GetItem(list, at);
        if (item == NULL || !PyArg_ParseTuple(item, "ii", &span->start, &span->end)) goto failed;
        if (span->start < from || span->end - span->start < 2 || span->end > size) {
            PyErr_SetString(PyExc_ValueError, "spans must be in order");
            goto failed;
        }
        from = span->end;
    }
    for (size_t at = one.sum; self->by_tokens.size; at++) {
        int item = self->by_tokens.slots[at & (self->by_tokens.size - 1)] - 1;
        if (item < 0) break;
        if (self->tokens[item].sum == one.sum && self->tokens[item].size == one.size) goto known;
    }
    if (ROOM(self, tokens, token, self->token_count + 1) < 0) goto failed;
    if (widen(&self->by_tokens, self->token_count, self->tokens, sizeof(Tokens)) < 0) goto failed;
    self->learnt += (size_t)count * sizeof(Span) + sizeof(Tokens);
    self->tokens[self->token_count] = one;
    put(&self->by_tokens, one.sum, (int)self->token_count++);
    Py_RETURN_NONE;
known:
    free(one.spans);
    Py_RETURN_NONE;
failed:
    free(one.spans);
    return NULL;
}

/* add_column(names, guard, seen, any, most, longest, digits, dated, begun): the number of a new column. `names` is a set, `guard` a
 * tuple, and `seen` one or None. */
PyObject *add_column(Lookup *self, PyObject *args)
{
    Column column = {0};
    PyObject *seen;
    if (!PyArg_ParseTuple(args, "OOOpddipp", &column.names, &column.guard, &seen, &column.any, &column.most, &column.longest,
                          &column.digits, &column.dated, &column.begun))
        return NULL;
    if (!PySet_Check(column.names) || !PyTuple_Check(column.guard) || column.digits > 6) {
        PyErr_SetString(PyExc_ValueError, "a column has a set of names, a tuple that guards them, and at most 6 digits");
        return NULL;
    }
    column.seen = seen == Py_None ? -1 : take_texts(self, seen);
    if (PyErr_Occurred()) return NULL;
    if (ROOM(self, columns, column, self->column_count + 1) < 0) return NULL;
    Py_INCREF(column.names);
    Py_INCREF(column.guard);
    self->columns[self->column_count] = column;
    return PyLong_FromSize_t(self->column_count++);
}
