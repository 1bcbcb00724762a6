/* Findings counted by column: times in cells, durations in buckets, and their lines. */
#include "counter.h"

#include "map.h"
#include "room.h"

typedef struct {
    int timed, lasting, blocking;
    int first_part;  /* one for each of its choices, one behind the other */
    int choices;
    int64_t *bounds;  /* durations from which on the choices hold */
} Column;

typedef struct {
    int column, choice;
    int64_t total, least, greatest;
    int64_t *lines;
    size_t count, room;
} Part;

typedef struct {
    int64_t *items;
    size_t count, room;
} Numbers;

typedef struct {
    PyObject_HEAD
    int cell_bits;
    int64_t *buckets;  /* where each starts, ascending */
    size_t bucket_count;
    Column *columns;
    Part *parts;
    size_t column_count, column_room, part_count, part_room, size;
    Map cells, filled;
    Numbers ends, durations;  /* of findings of blocking columns that began in an earlier cell */
} Counter;

static int append(Numbers *numbers, int64_t number)
{
    if (make_room((void **)&numbers->items, &numbers->room, numbers->count + 1, sizeof(int64_t)) < 0) return -1;
    numbers->items[numbers->count++] = number;
    return 0;
}

/* Numbers of a list; NULL where it holds something else. */
static int64_t *numbers_of(PyObject *list, Py_ssize_t *count)
{
    *count = PyList_Size(list);
    if (*count < 0) return NULL;
    int64_t *numbers = malloc((size_t)*count * sizeof(int64_t) + 8);
    if (numbers == NULL) PyErr_NoMemory();
    for (Py_ssize_t at = 0; numbers != NULL && at < *count; at++) {
        PyObject *item = PyList_GetItem(list, at);
        numbers[at] = item == NULL ? -1 : PyLong_AsLongLong(item);
        if (PyErr_Occurred()) {
            free(numbers);
            return NULL;
        }
    }
    return numbers;
}

/* The last of ascending numbers that is not larger; the first where all are. */
static size_t last_up_to(const int64_t *numbers, size_t count, int64_t value)
{
    size_t low = 0;
    while (count - low > 1) {
        size_t middle = low + (count - low) / 2;
        if (numbers[middle] <= value) low = middle;
        else count = middle;
    }
    return low;
}

/* add_column(timed, lasting, blocking, bounds): the number of a new column. */
static PyObject *add_column(Counter *self, PyObject *args)
{
    Column column = {0};
    PyObject *bounds;
    Py_ssize_t count;
    if (!PyArg_ParseTuple(args, "pppO", &column.timed, &column.lasting, &column.blocking, &bounds)) return NULL;
    if (make_room((void **)&self->columns, &self->column_room, self->column_count + 1, sizeof(Column)) < 0) return NULL;
    column.bounds = numbers_of(bounds, &count);
    if (column.bounds == NULL) return NULL;
    if (count < 1 || make_room((void **)&self->parts, &self->part_room, self->part_count + (size_t)count, sizeof(Part)) < 0) {
        free(column.bounds);
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "a column has a bound");
        return NULL;
    }
    column.first_part = (int)self->part_count;
    column.choices = (int)count;
    for (int choice = 0; choice < column.choices; choice++)
        self->parts[self->part_count++] = (Part){.column = (int)self->column_count, .choice = choice};
    self->columns[self->column_count] = column;
    return PyLong_FromSize_t(self->column_count++);
}

static int count_one(Counter *self, const Column *column, int64_t micros, int64_t took, int64_t line)
{
    int number = column->first_part + (int)last_up_to(column->bounds, (size_t)column->choices, took);
    Part *part = self->parts + number;
    if (make_room((void **)&part->lines, &part->room, part->count + 1, sizeof(int64_t)) < 0) return -1;
    part->total += took;
    if (!part->count || took < part->least) part->least = took;
    if (!part->count || took > part->greatest) part->greatest = took;
    part->lines[part->count++] = line;
    if (column->timed) {
        Cell *cell = map_cell(&self->cells, number, micros >> self->cell_bits);
        if (cell == NULL) goto no_memory;
        cell->number++;
        cell->total += took;
        if (column->lasting && column->blocking && took > (micros & ((INT64_C(1) << self->cell_bits) - 1))
            && (append(&self->ends, micros) < 0 || append(&self->durations, took) < 0))
            return -1;
    }
    if (column->lasting) {
        Cell *cell = map_cell(&self->filled, number, (int64_t)last_up_to(self->buckets, self->bucket_count, took));
        if (cell == NULL) goto no_memory;
        cell->number++;
    }
    self->size++;
    return 0;
no_memory:
    PyErr_NoMemory();
    return -1;
}

/* add(rows, columns): count rows of column, microseconds, duration and line; `columns` has the numbers of columns here. */
static PyObject *add(Counter *self, PyObject *args)
{
    PyObject *rows, *list;
    char *bytes;
    Py_ssize_t size, count;
    if (!PyArg_ParseTuple(args, "SO", &rows, &list) || PyBytes_AsStringAndSize(rows, &bytes, &size) < 0) return NULL;
    int64_t *columns = numbers_of(list, &count);
    if (columns == NULL) return NULL;
    for (Py_ssize_t at = 0; at + (Py_ssize_t)(4 * sizeof(int64_t)) <= size; at += 4 * sizeof(int64_t)) {
        int64_t row[4];
        memcpy(row, bytes + at, sizeof row);
        int64_t column = 0 <= row[0] && row[0] < count ? columns[row[0]] : -1;
        if (column < 0 || (size_t)column >= self->column_count) {
            PyErr_SetString(PyExc_ValueError, "no such column");
            goto failed;
        }
        if (count_one(self, self->columns + column, row[1], row[2], row[3]) < 0) goto failed;
    }
    free(columns);
    Py_RETURN_NONE;
failed:
    free(columns);
    return NULL;
}

static PyObject *list_of(const int64_t *numbers, size_t count)
{
    PyObject *list = PyList_New((Py_ssize_t)count);
    for (size_t at = 0; list != NULL && at < count; at++) {
        PyObject *number = PyLong_FromLongLong(numbers[at]);
        if (number == NULL || PyList_SetItem(list, (Py_ssize_t)at, number) < 0) Py_CLEAR(list);
    }
    return list;
}

static PyObject *bytes_of(const int64_t *numbers, size_t count, size_t step)
{
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(count * sizeof(int64_t)));
    char *to = bytes == NULL ? NULL : PyBytes_AsString(bytes);
    for (size_t at = 0; to != NULL && at < count; at++) memcpy(to + at * sizeof(int64_t), numbers + at * step, sizeof(int64_t));
    return bytes;
}

/* What a part's cells hold: places, numbers, sums, eight bytes for each. */
static PyObject *cells_of(const Cell *cells, size_t count)
{
    const size_t step = sizeof(Cell) / sizeof(int64_t);
    PyObject *places = bytes_of(&cells->second, count, step);
    PyObject *numbers = bytes_of(&cells->number, count, step);
    PyObject *totals = bytes_of(&cells->total, count, step);
    if (places != NULL && numbers != NULL && totals != NULL) return Py_BuildValue("NNN", places, numbers, totals);
    Py_XDECREF(places);
    Py_XDECREF(numbers);
    Py_XDECREF(totals);
    return NULL;
}

static size_t own_of(const Cell *cells, size_t from, size_t count, int part)
{
    while (from < count && cells[from].first == part) from++;
    return from;
}

static int compare(const void *one, const void *other)
{
    const int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;
    return (a > b) - (a < b);
}

/* Put lines in order: mostly they are, but for those that were told one by one between others that were told together. */
static void sort_lines(int64_t *lines, size_t count)
{
    for (size_t at = 1; at < count; at++)
        if (lines[at] < lines[at - 1]) {
            qsort(lines, count, sizeof(int64_t), compare);
            return;
        }
}

/* parts(): what was counted, by column and choice: (column, choice, cells, buckets, total, least, greatest, lines). */
static PyObject *parts(Counter *self, PyObject *Py_UNUSED(unused))
{
    static const Cell none;
    size_t cell_count, filled_count, cell = 0, bucket = 0;
    Cell *cells = map_sorted(&self->cells, &cell_count), *filled = map_sorted(&self->filled, &filled_count);
    PyObject *result = PyList_New(0);
    for (size_t at = 0; result != NULL && at < self->part_count; at++) {
        Part *part = self->parts + at;
        if (!part->count) continue;
        size_t cell_end = own_of(cells, cell, cell_count, (int)at), bucket_end = own_of(filled, bucket, filled_count, (int)at);
        PyObject *own = cells_of(cells ? cells + cell : &none, cell_end - cell);
        PyObject *lasting = cells_of(filled ? filled + bucket : &none, bucket_end - bucket);
        sort_lines(part->lines, part->count);
        PyObject *lines = bytes_of(part->lines, part->count, 1), *item = NULL;
        if (own != NULL && lasting != NULL && lines != NULL)
            item = Py_BuildValue("iiOOLLLO", part->column, part->choice, own, lasting, (long long)part->total,
                                 (long long)part->least, (long long)part->greatest, lines);
        Py_XDECREF(own);
        Py_XDECREF(lasting);
        Py_XDECREF(lines);
        if (item == NULL || PyList_Append(result, item) < 0) Py_CLEAR(result);
        Py_XDECREF(item);
        cell = cell_end;
        bucket = bucket_end;
        free(part->lines);
        part->lines = NULL;
        part->count = part->room = 0;
        part->total = part->least = part->greatest = 0;
    }
    free(cells);
    free(filled);
    self->size = 0;
    return result;
}

/* reaching(): times and durations of findings of blocking columns that began in a cell before that of their end. */
static PyObject *reaching(Counter *self, PyObject *Py_UNUSED(unused))
{
    PyObject *ends = list_of(self->ends.items, self->ends.count);
    PyObject *durations = list_of(self->durations.items, self->durations.count);
    self->ends.count = self->durations.count = 0;
    if (ends != NULL && durations != NULL) return Py_BuildValue("NN", ends, durations);
    Py_XDECREF(ends);
    Py_XDECREF(durations);
    return NULL;
}

/* Counter(cell_bits, buckets) */
static int init(Counter *self, PyObject *args, PyObject *Py_UNUSED(keywords))
{
    PyObject *buckets;
    Py_ssize_t count;
    if (!PyArg_ParseTuple(args, "iO", &self->cell_bits, &buckets)) return -1;
    if (self->cell_bits < 0 || self->cell_bits > 62 || self->buckets != NULL) {
        PyErr_SetString(PyExc_ValueError, "a cell has 0 to 62 bits");
        return -1;
    }
    self->buckets = numbers_of(buckets, &count);
    if (self->buckets == NULL) return -1;
    self->bucket_count = (size_t)count;
    if (count > 0) return 0;
    PyErr_SetString(PyExc_ValueError, "there is a bucket");
    return -1;
}

static void dealloc(Counter *self)
{
    for (size_t at = 0; at < self->column_count; at++) free(self->columns[at].bounds);
    for (size_t at = 0; at < self->part_count; at++) free(self->parts[at].lines);
    free(self->columns);
    free(self->parts);
    free(self->buckets);
    free(self->ends.items);
    free(self->durations.items);
    map_free(&self->cells);
    map_free(&self->filled);
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyObject *get_size(Counter *self, void *Py_UNUSED(unused)) { return PyLong_FromSize_t(self->size); }

static PyGetSetDef members[] = {{"size", (getter)get_size, NULL, "findings that were counted", NULL}, {NULL}};

static PyMethodDef methods[] = {
    {"add_column", (PyCFunction)add_column, METH_VARARGS, "add_column(timed, lasting, blocking, bounds): its number"},
    {"add", (PyCFunction)add, METH_VARARGS, "add(rows, columns): count rows of column, microseconds, duration, line"},
    {"parts", (PyCFunction)parts, METH_NOARGS, "parts(): what was counted, by column and choice"},
    {"reaching", (PyCFunction)reaching, METH_NOARGS, "reaching(): times and durations that reach into an earlier cell"},
    {NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "Findings counted by column."},
    {Py_tp_init, init},
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_dealloc, dealloc},
    {Py_tp_methods, methods},
    {Py_tp_getset, members},
    {0, NULL},
};

PyType_Spec counter_spec = {"asynclog.native.compiled.Counter", sizeof(Counter), 0, Py_TPFLAGS_DEFAULT, slots};
