/* Cells of timelines put together: to do this in Python took a sixth of all the time that a log full of findings takes. */
#include "cells.h"

#include "map.h"
#include "room.h"

/* Numbers of an object that holds them side by side; -1 where it does not. */
static Py_ssize_t view(PyObject *object, Py_buffer *buffer)
{
    if (PyObject_GetBuffer(object, buffer, PyBUF_SIMPLE) < 0) return -1;
    if (buffer->len % (Py_ssize_t)sizeof(int64_t) == 0) return buffer->len / (Py_ssize_t)sizeof(int64_t);
    PyBuffer_Release(buffer);
    PyErr_SetString(PyExc_ValueError, "numbers have eight bytes");
    return -1;
}

/* Append the cells of one timeline, (level, places, events, totals), at `level`. */
static int take(PyObject *part, int level, Cell **cells, size_t *count, size_t *room)
{
    int own;
    PyObject *objects[3];
    Py_buffer buffers[3];
    Py_ssize_t number = 0, viewed = 0;
    int result = -1;
    if (!PyArg_ParseTuple(part, "iOOO", &own, objects, objects + 1, objects + 2)) return -1;
    for (; viewed < 3; viewed++) {
        Py_ssize_t size = view(objects[viewed], buffers + viewed);
        if (size < 0) goto done;
        if (viewed && size != number) {
            viewed++;
            PyErr_SetString(PyExc_ValueError, "columns must be of one length");
            goto done;
        }
        number = size;
    }
    if (make_room((void **)cells, room, *count + (size_t)number, sizeof(Cell)) < 0) goto done;
    for (Py_ssize_t at = 0; at < number; at++) {
        int64_t values[3];
        for (int which = 0; which < 3; which++)
            memcpy(values + which, (const char *)buffers[which].buf + at * (Py_ssize_t)sizeof(int64_t), sizeof(int64_t));
        (*cells)[(*count)++] = (Cell){values[0] >> (level - own), 0, values[1], values[2]};
    }
    result = 0;
done:
    for (Py_ssize_t at = 0; at < viewed; at++) PyBuffer_Release(buffers + at);
    return result;
}

static int compare(const void *one, const void *other)
{
    const Cell *a = one, *b = other;
    return (a->first > b->first) - (a->first < b->first);
}

/* Add to a number; -1 where it becomes too large for 64 bits. */
static int add_to(int64_t *number, int64_t more)
{
    if (more > 0 ? *number > INT64_MAX - more : *number < INT64_MIN - more) {
        PyErr_SetString(PyExc_OverflowError, "more than 64 bits");
        return -1;
    }
    *number += more;
    return 0;
}

/* Make one cell of those that follow each other at the same place. */
static int unite(Cell *cells, size_t *count)
{
    size_t last = 0;
    for (size_t at = 1; at < *count; at++) {
        if (cells[at].first != cells[last].first) {
            cells[++last] = cells[at];
        } else if (add_to(&cells[last].number, cells[at].number) < 0 || add_to(&cells[last].total, cells[at].total) < 0) {
            return -1;
        }
    }
    if (*count) *count = last + 1;
    return 0;
}

static PyObject *column(const Cell *cells, size_t count, size_t offset)
{
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(count * sizeof(int64_t)));
    char *to = bytes == NULL ? NULL : PyBytes_AsString(bytes);
    for (size_t at = 0; to != NULL && at < count; at++)
        memcpy(to + at * sizeof(int64_t), (const char *)(cells + at) + offset, sizeof(int64_t));
    return bytes;
}

PyObject *united_cells(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *parts;
    int level;
    Py_ssize_t most;
    if (!PyArg_ParseTuple(args, "Oin", &parts, &level, &most)) return NULL;
    Py_ssize_t number = PyList_Size(parts);
    if (number < 0) return NULL;
    for (Py_ssize_t at = 0; at < number; at++) {
        PyObject *part = PyList_GetItem(parts, at), *own = part == NULL ? NULL : PyTuple_GetItem(part, 0);
        long found = own == NULL ? -1 : PyLong_AsLong(own);
        if (PyErr_Occurred()) return NULL;
        if (found < 0 || found > 62) return PyErr_Format(PyExc_ValueError, "a level is a number from 0 to 62");
        if (found > level) level = (int)found;
    }
    Cell *cells = NULL;
    size_t count = 0, room = 0;
    PyObject *result = NULL;
    for (Py_ssize_t at = 0; at < number; at++)
        if (take(PyList_GetItem(parts, at), level, &cells, &count, &room) < 0) goto done;
    if (count) qsort(cells, count, sizeof(Cell), compare);
    if (unite(cells, &count) < 0) goto done;
    for (; most > 0 && count > (size_t)most && level < 62; level++) {
        for (size_t at = 0; at < count; at++) cells[at].first >>= 1;
        if (unite(cells, &count) < 0) goto done;
    }
    PyObject *places = column(cells, count, offsetof(Cell, first));
    PyObject *events = column(cells, count, offsetof(Cell, number)), *totals = column(cells, count, offsetof(Cell, total));
    if (places != NULL && events != NULL && totals != NULL) {
        result = Py_BuildValue("iNNN", level, places, events, totals);
    } else {
        Py_XDECREF(places);
        Py_XDECREF(events);
        Py_XDECREF(totals);
    }
done:
    free(cells);
    return result;
}
