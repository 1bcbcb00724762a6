#ifndef ASYNCLOG_AHEAD_H
#define ASYNCLOG_AHEAD_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

extern PyType_Spec ahead_spec;

#endif
