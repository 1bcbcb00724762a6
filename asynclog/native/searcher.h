/* What is searched for, as the interpreter holds it. */
#ifndef ASYNCLOG_SEARCHER_H
#define ASYNCLOG_SEARCHER_H

#include "search.h"

/* Two searches: a processor holds the tables of some sixty anchors, not of twice as many. */
typedef struct {
    PyObject_HEAD
    Anchors anchors, others;
    int overlap;  /* bytes in which an anchor may stand that is not whole */
} Searcher;

/* Search text[*next:stop], whole within `size`, for both, and go on there; -1 where memory is out. Needs no interpreter. */
int search_both(const Searcher *self, const uint8_t *text, ptrdiff_t next[2], ptrdiff_t stop, ptrdiff_t size, Hits found[2]);

/* Both as a list, ascending, each place once; NULL, with an error, where that failed. */
PyObject *list_of(const Hits found[2]);

/* Whether an object is a Searcher; an error where it is none. */
int is_searcher(PyObject *object);

/* The type, which is remembered; NULL, with an error, where that failed. */
PyObject *searcher_type(void);

#endif
