#ifndef ASYNCLOG_LOOKUP_H
#define ASYNCLOG_LOOKUP_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

extern PyType_Spec lookup_spec;

#endif
