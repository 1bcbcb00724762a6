/* What is known of the entries of a window, collected in rows that wait to be handed over. */
#include "lookup.h"

#define LONGER (-1)
#define TOKEN (-2)
#define NOTHING_TOLD (-3)
#define FIRST (-4)
#define DAY 86400000000LL

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

/* Whether an entry is of the time that was asked for. */
static int is_asked_for(const Within *within, const Column *column, const Piece *piece)
{
    if (!within->asked) return 1;
    if (!piece->time_size) return 0;
    if (within->dated && column->dated) return within->low <= piece->micros && piece->micros <= within->high;
    int64_t clock = (piece->micros % DAY + DAY) % DAY;
    if (within->opens <= within->closes) return within->opens <= clock && clock <= within->closes;
    return clock >= within->opens || clock <= within->closes;
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

/* Add the row of an entry, and count its name; -1 where memory is out. */
static int add_row(Lookup *self, const Piece *piece, int number, long long line)
{
    if (make_room((void **)&self->rows, &self->row_room, self->row_count + 4, sizeof(int64_t)) < 0) return -1;
    int64_t *row = self->rows + self->row_count;
    row[0] = number;
    row[1] = piece->micros;
    row[2] = piece->took;
    row[3] = piece->lines + line;
    self->row_count += 4;
    if (piece->time_size) reach(self->columns + number, piece);
    Cell *cell = map_cell(&self->named, number, piece->name);
    if (cell == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    cell->number++;
    return 0;
}

/* Collect the entries from `index` up to `stop`, none of them unknown, the first of which stands on `line`. The answer are
 * those that took longer than all before, those that are like the one before, those that hold an identifier, and those that are the
 * first of their column, as (index, index of the one before, or LONGER, or TOKEN, or FIRST), the first and the last that were
 * collected, and the last of all. */
PyObject *collect(Lookup *self, PyObject *args)
{
    Py_ssize_t index, stop;
    long long line;
    if (!PyArg_ParseTuple(args, "nnL", &index, &stop, &line)) return NULL;
    if (piece_at(self, index) == NULL || piece_at(self, stop) == NULL) return NULL;
    PyObject *told = PyList_New(0);
    if (told == NULL) return NULL;
    line -= self->pieces[index].lines;
    Py_ssize_t before = -1, first = -1, last = -1;
    for (Py_ssize_t at = index; at < stop; at++) {
        Piece *piece = self->pieces + at;
        if (piece->pattern < 0) continue;
        const Pattern *pattern = self->patterns + piece->pattern;
        Column *column = self->columns + pattern->column;
        const Skeleton *one = self->skeletons + pattern->skeleton;
        last = at;
        if (!is_asked_for(&self->within, column, piece)) {
            self->left_out[piece->time_size > 0]++;
            continue;
        }
        int likes = before >= 0 && is_like(self, self->pieces + before, piece), begins = !column->begun, longer = 0;
        if (one->took.end > one->took.start) {
            double value = printed_value(piece->number, one->took.end - one->point.end);
            longer = begins || value > column->longest;
            if (longer) column->longest = value;
        }
        if (begins) column->begun = 1;
        else if (add_row(self, piece, pattern->column, line) < 0) goto failed;
        const Py_ssize_t events[] = {
            begins ? FIRST : NOTHING_TOLD,
            likes ? before : NOTHING_TOLD,
            longer && !begins ? LONGER : NOTHING_TOLD,
            piece->token_size && !begins ? TOKEN : NOTHING_TOLD,
        };
        for (int which = 0; which < 4; which++) {
            if (events[which] == NOTHING_TOLD) continue;
            PyObject *pair = Py_BuildValue("nn", at, events[which]);
            if (pair == NULL || PyList_Append(told, pair) < 0) {
                Py_XDECREF(pair);
                goto failed;
            }
            Py_DECREF(pair);
        }
        before = at;
        if (first < 0) first = at;
    }
    return Py_BuildValue("Nnnn", told, first, before, last);
failed:
    Py_DECREF(told);
    return NULL;
}

/* Hand over what was collected: rows, the first and last time of each column, its names, and how many were left out: of those
 * without a time, and of the others. */
PyObject *drain(Lookup *self, PyObject *Py_UNUSED(unused))
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
    long long without = self->left_out[0], with = self->left_out[1];
    self->left_out[0] = self->left_out[1] = 0;
    return Py_BuildValue("NNN(LL)", item, ends, named, without, with);
failed:
    free(cells);
    Py_XDECREF(item);
    Py_XDECREF(ends);
    Py_XDECREF(named);
    return NULL;
}
