/* Entries without the texts that programs fill in. */
#ifndef ASYNCLOG_OUTLINE_H
#define ASYNCLOG_OUTLINE_H

#include "lookup.h"

#define HOLES_MOST 48
#define OUTLINE_MOST (1 << 14) /* bytes of an entry that may have an outline */

/* What stands in a hole, and in its place in the outline. */
#define NAME_SIGN 1  /* of a task */
#define WORDS_SIGN 2 /* of an exception */
#define TEXT_SIGN 3  /* what a rule may see, and nobody counts */
#define FIELD_SIGN 4 /* what nobody sees */
#define DIGITS_SIGN 5 /* a text of digits: what stands before messages may be read otherwise then */

typedef struct {
    int start, end;
    uint8_t sign;
} Hole;

typedef struct {
    Hole holes[HOLES_MOST];  /* in order */
    int count;
    Span name, words;
} Outline;

/* Find what an entry's outline lacks: how many holes it has; -1, with an error, where that failed. */
int find_holes(Lookup *self, const uint8_t *entry, size_t size, Outline *outline);

/* The entry with signs for its holes, in `whole_room`: NULL where that cannot be told from a text. */
const uint8_t *write_outline(Lookup *self, const uint8_t *entry, size_t *size, const Outline *outline);

/* Whether what stands in the holes makes no difference to the rules of a column, nor to what is read. -1: that failed. */
int may_differ(const Lookup *self, const Column *column, const uint8_t *entry, size_t size, const Outline *outline);

/* Keep some texts; their number, -1 where that failed. */
int take_texts(Lookup *self, PyObject *tuple);

PyObject *prepare(Lookup *self, PyObject *args);
PyObject *outline_of(Lookup *self, PyObject *args);

#endif
