/* A window searched while the interpreter does something else. */
#include "searcher.h"

#if CAN_SEARCH

static PyTypeObject *the_type;

int search_both(const Searcher *self, const uint8_t *text, ptrdiff_t next[2], ptrdiff_t stop, ptrdiff_t size, Hits found[2])
{
    for (int which = 0; which < 2; which++) {
        const Anchors *anchors = which ? &self->others : &self->anchors;
        if (!anchors->count || next[which] >= stop) continue;
        next[which] = search(anchors, text, next[which], stop, size, found + which);
        if (next[which] < 0) return -1;
    }
    return 0;
}

PyObject *list_of(const Hits found[2])
{
    PyObject *places = PyList_New(0);
    size_t one = 0, other = 0;
    while (places != NULL && (one < found[0].count || other < found[1].count)) {
        int64_t left = one < found[0].count ? found[0].items[one] : INT64_MAX;
        int64_t right = other < found[1].count ? found[1].items[other] : INT64_MAX;
        one += left <= right;
        other += right <= left;
        PyObject *place = PyLong_FromLongLong(left < right ? left : right);
        if (place == NULL || PyList_Append(places, place) < 0) Py_CLEAR(places);
        Py_XDECREF(place);
    }
    return places;
}

/* look(data, start): where anchors start from there on, and the line ends before each block of the data. */
static PyObject *look(Searcher *self, PyObject *args)
{
    PyObject *data, *places = NULL, *counts, *answer = NULL;
    char *bytes, *room;
    Py_ssize_t start, size;
    if (!PyArg_ParseTuple(args, "Sn", &data, &start) || PyBytes_AsStringAndSize(data, &bytes, &size) < 0) return NULL;
    if (start < 0 || start > size || size > INT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "places stand in the data, which has less than 2 GiB");
        return NULL;
    }
    counts = PyBytes_FromStringAndSize(NULL, (size / BLOCK + 1) * (Py_ssize_t)sizeof(int32_t));
    if (counts == NULL) return NULL;
    room = PyBytes_AsString(counts);
    Hits found[2] = {{0}, {0}};
    ptrdiff_t next[2] = {start, start};
    int done;
    Py_BEGIN_ALLOW_THREADS
    memset(room, 0, sizeof(int32_t));
    count_blocks((const uint8_t *)bytes, 0, (size_t)size, (int32_t *)(void *)room);
    done = search_both(self, (const uint8_t *)bytes, next, size, size, found);
    Py_END_ALLOW_THREADS
    if (done == 0) places = list_of(found);
    else PyErr_NoMemory();
    if (places != NULL) answer = PyTuple_Pack(2, places, counts);
    Py_XDECREF(places);
    Py_DECREF(counts);
    free(found[0].items);
    free(found[1].items);
    return answer;
}

/* Searcher(anchors, others): two lists of bytes. */
static int init(Searcher *self, PyObject *args, PyObject *keywords)
{
    PyObject *anchors, *others;
    if (keywords != NULL && PyDict_Size(keywords)) {
        PyErr_SetString(PyExc_TypeError, "takes no keywords");
        return -1;
    }
    if (!PyArg_ParseTuple(args, "OO", &anchors, &others)) return -1;
    if (self->anchors.anchors != NULL) {
        PyErr_SetString(PyExc_ValueError, "made already");
        return -1;
    }
    if (anchors_set(&self->anchors, anchors) < 0 || anchors_set(&self->others, others) < 0) return -1;
    self->overlap = self->anchors.longest > self->others.longest ? self->anchors.longest : self->others.longest;
    self->overlap -= self->overlap > 0;
    return 0;
}

static void dealloc(Searcher *self)
{
    anchors_free(&self->anchors);
    anchors_free(&self->others);
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyObject *get_overlap(Searcher *self, void *Py_UNUSED(unused)) { return PyLong_FromLong(self->overlap); }

static PyGetSetDef members[] = {
    {"overlap", (getter)get_overlap, NULL, "bytes in which an anchor may stand that is not whole", NULL},
    {NULL},
};

static PyMethodDef methods[] = {
    {"look", (PyCFunction)look, METH_VARARGS, "look(data, start): places, line ends before each block"},
    {NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "What windows are searched for."},
    {Py_tp_init, init},
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_dealloc, dealloc},
    {Py_tp_methods, methods},
    {Py_tp_getset, members},
    {0, NULL},
};

static PyType_Spec spec = {"asynclog.native.compiled.Searcher", sizeof(Searcher), 0, Py_TPFLAGS_DEFAULT, slots};

PyObject *searcher_type(void)
{
    PyObject *type = PyType_FromSpec(&spec);
    the_type = (PyTypeObject *)type;
    return type;
}

int is_searcher(PyObject *object)
{
    if (the_type != NULL && PyObject_TypeCheck(object, the_type)) return 1;
    PyErr_SetString(PyExc_TypeError, "no Searcher");
    return 0;
}
#endif
