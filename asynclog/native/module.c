/* asynclog.native.compiled: what is done for each byte, entry or finding of a log, so often that it must be compiled. */
#include "ahead.h"
#include "cells.h"
#include "counter.h"
#include "lookup.h"
#include "searcher.h"

static PyObject *newlines(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *data;
    char *bytes;
    const char *counts = NULL;
    Py_ssize_t start, end, size, known = 0;
    if (!PyArg_ParseTuple(args, "Snn|y#", &data, &start, &end, &counts, &known)
        || PyBytes_AsStringAndSize(data, &bytes, &size) < 0)
        return NULL;
    end = end < size ? end : size;
    start = start < 0 ? 0 : start;
    if (start >= end) return PyLong_FromLong(0);
    size_t blocks = (size_t)known / sizeof(int32_t);
    return PyLong_FromLongLong(
        line_ends_in((const uint8_t *)bytes, (size_t)start, (size_t)end, (const int32_t *)(const void *)counts, blocks));
}

#if CAN_SEARCH
/* find_all(data, literal, start, end): where a text of at least four bytes stands in data[start:end], one behind the other. */
static PyObject *find_all(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *data, *literal, *list, *result = NULL;
    char *bytes;
    Py_ssize_t start, end, size;
    if (!PyArg_ParseTuple(args, "SSnn", &data, &literal, &start, &end) || PyBytes_AsStringAndSize(data, &bytes, &size) < 0)
        return NULL;
    end = end < size ? end : size;
    if (start < 0 || start > end || end > INT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "no such place");
        return NULL;
    }
    Anchors anchors = {0};
    Hits hits = {0};
    list = PyList_New(1);
    if (list == NULL) return NULL;
    Py_INCREF(literal);
    PyList_SetItem(list, 0, literal);
    if (anchors_set(&anchors, list) < 0) goto done;
    if (search(&anchors, (const uint8_t *)bytes, start, end, end, &hits) < 0) {
        PyErr_NoMemory();
        goto done;
    }
    result = PyList_New((Py_ssize_t)hits.count);
    for (size_t at = 0; result != NULL && at < hits.count; at++) {
        PyObject *place = PyLong_FromLong(hits.items[at]);
        if (place == NULL) Py_CLEAR(result);
        else PyList_SetItem(result, (Py_ssize_t)at, place);
    }
done:
    free(hits.items);
    anchors_free(&anchors);
    Py_DECREF(list);
    return result;
}
#endif

static PyMethodDef functions[] = {
#if CAN_SEARCH
    {"find_all", find_all, METH_VARARGS, "find_all(data, literal, start, end): where it stands"},
#endif
    {"newlines", newlines, METH_VARARGS, "newlines(data, start, end, counts): how many line ends stand there"},
    {"united_cells", united_cells, METH_VARARGS, "united_cells(parts, level, most): the cells of all timelines"},
    {NULL},
};

static int add_type(PyObject *module, PyObject *type)
{
    int added = type == NULL ? -1 : PyModule_AddType(module, (PyTypeObject *)type);
    Py_XDECREF(type);
    return added;
}

static int add_types(PyObject *module)
{
    if (add_type(module, PyType_FromSpec(&lookup_spec)) < 0 || add_type(module, PyType_FromSpec(&counter_spec)) < 0) return -1;
#if CAN_SEARCH
    if (!can_search()) return 0;
    if (add_type(module, searcher_type()) < 0 || add_type(module, PyType_FromSpec(&ahead_spec)) < 0) return -1;
#endif
    return 0;
}

static PyModuleDef_Slot module_slots[] = {{Py_mod_exec, add_types}, {0, NULL}};
static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "compiled", "What is done for each byte, entry or finding of a log.", 0, functions, module_slots,
};

PyMODINIT_FUNC PyInit_compiled(void) { return PyModuleDef_Init(&definition); }
