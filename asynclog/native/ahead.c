/* A file read and searched ahead of the interpreter, by a thread that does not need it.
 *
 * Windows lie in a ring of slots. Each slot has two locks: the thread waits for `empty` before it fills one, whoever takes
 * windows waits for `full`. A window begins with the end of the one before, so that nothing has to be put together.
 */
#include "ahead.h"

#include <errno.h>

#include "searcher.h"

#if CAN_SEARCH
#include <unistd.h>

#include "pythread.h"

#define SLOTS 3
#define STEP (1 << 18) /* bytes that are read at once, and searched before they leave the cache */

typedef struct {
    PyThread_type_lock empty, full;
    PyObject *bytes;  /* not seen by anybody before it is full */
    uint8_t *text;
    size_t back, size;  /* of which `back` bytes are the end of the window before */
    int searched, error;
    Hits found[2];
    int32_t *counts;  /* line ends before each block */
} Slot;

typedef struct {
    PyObject_HEAD
    int file;
    int64_t offset, left;
    size_t back, window;
    Searcher *searcher;
    uint8_t *end;  /* of the window before */
    size_t end_size;
    Slot slots[SLOTS];
    int turn, running, over;
    volatile int searching, closing;
    PyThread_type_lock done;
} Ahead;

/* -- the thread ------------------------------------------------------------------------------------------------- */

static void fill(Ahead *self, Slot *slot)
{
    memcpy(slot->text, self->end, self->end_size);
    slot->back = slot->size = self->end_size;
    slot->found[0].count = slot->found[1].count = 0;
    slot->searched = self->searching;
    slot->error = 0;
    slot->counts[0] = 0;
    size_t most = slot->back + self->window, counted = 0;
    ptrdiff_t overlap = self->searcher->overlap, start = (ptrdiff_t)slot->back - overlap;
    ptrdiff_t next[2] = {start > 0 ? start : 0, start > 0 ? start : 0};
    int final = 0;
    while (!final) {
        size_t wanted = most - slot->size < STEP ? most - slot->size : STEP;
        if ((int64_t)wanted > self->left) wanted = (size_t)self->left;
        ssize_t got = wanted ? pread(self->file, slot->text + slot->size, wanted, (off_t)self->offset) : 0;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) slot->error = errno;
        if (got > 0) {
            self->offset += got;
            self->left -= got;
            slot->size += (size_t)got;
        }
        final = got <= 0 || slot->size == most;
        ptrdiff_t size = (ptrdiff_t)slot->size, stop = final ? size : size - overlap;
        if (slot->searched && search_both(self->searcher, slot->text, next, stop, size, slot->found) < 0) slot->searched = 0;
        count_blocks(slot->text, counted, slot->size, slot->counts);
        counted = slot->size / BLOCK;
    }
    self->end_size = slot->size < self->back ? slot->size : self->back;
    memcpy(self->end, slot->text + slot->size - self->end_size, self->end_size);
}

static void work(void *argument)
{
    Ahead *self = argument;
    for (int turn = 0;; turn = (turn + 1) % SLOTS) {
        Slot *slot = self->slots + turn;
        PyThread_acquire_lock(slot->empty, WAIT_LOCK);
        if (self->closing) break;
        fill(self, slot);
        int last = slot->size == slot->back || slot->error;
        PyThread_release_lock(slot->full);
        if (last) break;
    }
    PyThread_release_lock(self->done);
}

/* -- what the interpreter asks ---------------------------------------------------------------------------------- */

/* Wait until a slot is full, and let others run meanwhile; -1 where a signal's handler raised. */
static int wait_for(PyThread_type_lock lock)
{
    if (PyThread_acquire_lock(lock, NOWAIT_LOCK)) return 0;
    for (;;) {
        int found;
        Py_BEGIN_ALLOW_THREADS
        found = PyThread_acquire_lock_timed(lock, 50000, 0) == PY_LOCK_ACQUIRED;
        Py_END_ALLOW_THREADS
        if (found) return 0;
        if (PyErr_CheckSignals() < 0) return -1;
    }
}

/* Give the thread a slot to fill. */
static int give(Ahead *self, Slot *slot)
{
    slot->bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)(self->back + self->window));
    if (slot->bytes != NULL) slot->text = (uint8_t *)PyBytes_AsString(slot->bytes);
    else self->closing = 1;  /* and the thread ends when it comes here */
    PyThread_release_lock(slot->empty);
    return slot->bytes != NULL ? 0 : -1;
}

/* next(): the next window, how many of its bytes stood in the one before, where something was found from shortly before the
 * others on (None where it was not searched), and the line ends before each of its blocks. None at the end; OSError where it
 * could not be read. */
static PyObject *next_window(Ahead *self, PyObject *Py_UNUSED(unused))
{
    if (self->over || self->closing) Py_RETURN_NONE;
    Slot *slot = self->slots + self->turn;
    if (wait_for(slot->full) < 0) return NULL;
    if (slot->size == slot->back) { /* an error comes after what was read before it */
        self->over = 1;
        errno = slot->error;
        if (errno) return PyErr_SetFromErrno(PyExc_OSError);
        Py_RETURN_NONE;
    }
    PyObject *data = slot->bytes, *places = slot->searched ? list_of(slot->found) : Py_NewRef(Py_None);
    slot->bytes = NULL;
    if (slot->size < self->back + self->window) {
        PyObject *whole = data;
        data = PyBytes_FromStringAndSize((const char *)slot->text, (Py_ssize_t)slot->size);
        Py_DECREF(whole);
    }
    Py_ssize_t blocks = (Py_ssize_t)(slot->size / BLOCK + 1) * (Py_ssize_t)sizeof(int32_t);
    PyObject *counts = PyBytes_FromStringAndSize((const char *)slot->counts, blocks);
    PyObject *number = PyLong_FromSize_t(slot->back);
    if (slot->error) { /* told by the next call */
        slot->size = slot->back;
        PyThread_release_lock(slot->full);
    } else if (give(self, slot) == 0) { /* from here on the slot is the thread's */
        self->turn = (self->turn + 1) % SLOTS;
    } else {
        Py_CLEAR(places);
    }
    PyObject *answer = NULL;
    if (data != NULL && number != NULL && places != NULL && counts != NULL) answer = PyTuple_Pack(4, data, number, places, counts);
    Py_XDECREF(data);
    Py_XDECREF(number);
    Py_XDECREF(places);
    Py_XDECREF(counts);
    return answer;
}

/* close(): end the thread, at once. */
static PyObject *close_it(Ahead *self, PyObject *Py_UNUSED(unused))
{
    self->closing = 1;
    if (!self->running) Py_RETURN_NONE;
    self->running = 0;
    Py_BEGIN_ALLOW_THREADS
    while (PyThread_acquire_lock_timed(self->done, 1000, 0) != PY_LOCK_ACQUIRED) {
        Slot *slot = self->slots + self->turn;  /* it may wait for one that is full */
        if (!PyThread_acquire_lock(slot->full, NOWAIT_LOCK)) continue;
        PyThread_release_lock(slot->empty);
        self->turn = (self->turn + 1) % SLOTS;
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyObject *get_searching(Ahead *self, void *Py_UNUSED(unused)) { return PyBool_FromLong(self->searching); }

static int set_searching(Ahead *self, PyObject *value, void *Py_UNUSED(unused))
{
    int truth = value == NULL ? 0 : PyObject_IsTrue(value);
    if (truth < 0) return -1;
    self->searching = truth;
    return 0;
}

/* -- the type --------------------------------------------------------------------------------------------------- */

/* Ahead(file, offset, left, window, back, head, searcher): of an open file, from `offset` on, `left` bytes in windows of
 * `window`; each begins with `back` bytes of the one before (or more: as many as an anchor may reach back), the first with those
 * of `head`. */
static int init(Ahead *self, PyObject *args, PyObject *keywords)
{
    long long offset, left;
    Py_ssize_t window, back, size;
    char *head;
    PyObject *searcher;
    if (keywords != NULL && PyDict_Size(keywords)) {
        PyErr_SetString(PyExc_TypeError, "takes no keywords");
        return -1;
    }
    if (!PyArg_ParseTuple(args, "iLLnny#O", &self->file, &offset, &left, &window, &back, &head, &size, &searcher))
        return -1;
    if (offset < 0 || left < 0 || window < 1 || back < 0 || window > 1 << 28 || back > 1 << 28 || self->done != NULL) {
        PyErr_SetString(PyExc_ValueError, "windows have 1 to 2**28 bytes, and places are not negative");
        return -1;
    }
    self->offset = offset;
    self->left = left;
    self->window = (size_t)window;
    self->back = (size_t)back;
    self->searching = 1;
    if (!is_searcher(searcher)) return -1;
    Py_XDECREF((PyObject *)self->searcher);
    Py_INCREF(searcher);
    self->searcher = (Searcher *)searcher;
    if (self->back < (size_t)self->searcher->overlap) self->back = (size_t)self->searcher->overlap;
    size_t blocks = (self->back + self->window) / BLOCK + 2;
    self->end = malloc(self->back + 1);
    self->done = PyThread_allocate_lock();
    if (self->end == NULL || self->done == NULL) goto no_memory;
    self->end_size = (size_t)size < self->back ? (size_t)size : self->back;
    memcpy(self->end, head + size - self->end_size, self->end_size);
    for (int at = 0; at < SLOTS; at++) {
        Slot *slot = self->slots + at;
        slot->empty = PyThread_allocate_lock();
        slot->full = PyThread_allocate_lock();
        slot->counts = malloc(blocks * sizeof(int32_t));
        if (slot->empty == NULL || slot->full == NULL || slot->counts == NULL) goto no_memory;
        PyThread_acquire_lock(slot->empty, WAIT_LOCK);
        PyThread_acquire_lock(slot->full, WAIT_LOCK);
        if (give(self, slot) < 0) return -1;
    }
    PyThread_acquire_lock(self->done, WAIT_LOCK);
    if (PyThread_start_new_thread(work, self) == (unsigned long)-1) {
        PyErr_SetString(PyExc_RuntimeError, "no thread can be started");
        return -1;
    }
    self->running = 1;
    return 0;
no_memory:
    PyErr_NoMemory();
    return -1;
}

static void dealloc(Ahead *self)
{
    Py_XDECREF(close_it(self, NULL));
    for (int at = 0; at < SLOTS; at++) {
        Slot *slot = self->slots + at;
        if (slot->empty != NULL) PyThread_free_lock(slot->empty);
        if (slot->full != NULL) PyThread_free_lock(slot->full);
        Py_XDECREF(slot->bytes);
        free(slot->found[0].items);
        free(slot->found[1].items);
        free(slot->counts);
    }
    if (self->done != NULL) PyThread_free_lock(self->done);
    Py_XDECREF((PyObject *)self->searcher);
    free(self->end);
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyGetSetDef members[] = {
    {"searching", (getter)get_searching, (setter)set_searching, "whether windows to come are searched", NULL},
    {NULL},
};

static PyMethodDef methods[] = {
    {"next", (PyCFunction)next_window, METH_NOARGS, "next(): data, bytes that are not new, places, counts; None at the end"},
    {"close", (PyCFunction)close_it, METH_NOARGS, "close(): read no more"},
    {NULL},
};

static PyType_Slot slots[] = {
    {Py_tp_doc, "A file read and searched ahead."},
    {Py_tp_init, init},
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_dealloc, dealloc},
    {Py_tp_methods, methods},
    {Py_tp_getset, members},
    {0, NULL},
};

PyType_Spec ahead_spec = {"asynclog.native.compiled.Ahead", sizeof(Ahead), 0, Py_TPFLAGS_DEFAULT, slots};
#endif
