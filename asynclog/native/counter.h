#ifndef ASYNCLOG_COUNTER_H
#define ASYNCLOG_COUNTER_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

extern PyType_Spec counter_spec;

#endif
