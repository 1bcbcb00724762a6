#ifndef ASYNCLOG_CELLS_H
#define ASYNCLOG_CELLS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* united_cells(parts, level, most): the cells of all timelines (level, places, events, totals), at a level as low as `level`
 * and theirs, and as high as must be for no more than `most` cells: (level, places, events, totals), eight bytes a number. */
PyObject *united_cells(PyObject *module, PyObject *args);

#endif
