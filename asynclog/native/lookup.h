/* What entries are looked up in: known.c tells whether one is known, learn.c makes it so, lookup.c
 * goes through windows, collect.c keeps what is known. */
#ifndef ASYNCLOG_LOOKUP_H
#define ASYNCLOG_LOOKUP_H

#include "map.h"
#include "room.h"
#include "texts.h"

#define UNKNOWN (-1)
#define NOTHING (-2)
#define TIME_MOST 48   /* bytes of a time */
#define NUMBER_MOST 15 /* of a duration, or digits of a task's number */
#define SIDE_MOST 7    /* digits of a duration before its point, and behind */
#define SECONDS 256    /* times that are remembered, without their fractions */

typedef struct {
    int start, end;
} Span;

/* What the entries of one skeleton have in common; spans of what they lack are empty. */
typedef struct {
    uint64_t sum;
    uint8_t *text;  /* zeroed, and behind it `digits` places of those that count */
    int size, lines, nothing;
    int digits;
    Span time, fraction, took, point, task, name;
} Skeleton;

typedef struct {
    uint64_t sum;
    int skeleton, column;
    uint8_t *digits;  /* those that count */
} Pattern;

/* Where identifiers stand in entries that are alike but for hexadecimal digits. */
typedef struct {
    uint64_t sum;
    size_t size;  /* of the entries */
    int count;
    Span *spans;
} Tokens;

typedef struct {
    PyObject *names;  /* a set: those that may stand in it */
    int any;          /* whether any identifier may */
    double most, longest;
    int digits;  /* behind the point of a duration, that make microseconds of it; less than 0: it is none */
    int met;     /* whether `first` and `last` are set */
    int64_t first, last;
    int first_size, last_size;
    uint8_t first_time[TIME_MOST], last_time[TIME_MOST];
} Column;

typedef struct {
    Py_ssize_t start;
    int64_t lines;  /* before it, in this window */
    int pattern;
    int name;        /* index of a name; less than 0: none */
    int token_size;  /* of the identifier in its message; 0: there is none */
    Py_ssize_t token;
    int64_t micros, took, number;
    int time_size;
    uint8_t time[TIME_MOST];
} Piece;

typedef struct {
    int size;
    uint8_t text[TIME_MOST];
    int64_t micros;
} Second;

typedef struct {
    int *slots;
    size_t size;
} Index;

typedef struct {
    PyObject_HEAD
    int lines;  /* whether each line is an entry */
    uint8_t mask[TIME_MOST];
    int mask_size;
    uint64_t seed;
    PyObject *clock, *names, *data;
    Skeleton *skeletons;
    Pattern *patterns;
    Column *columns;
    Piece *pieces;
    size_t skeleton_count, pattern_count, column_count, piece_count;
    size_t skeleton_room, pattern_room, column_room, piece_room;
    Index by_skeleton, by_pattern, by_tokens;
    Tokens *tokens;
    size_t token_count, token_room;
    int64_t *rows;  /* column, microseconds, duration, line of each that was collected */
    size_t row_count, row_room;
    Map named;
    uint8_t *room, *whole_room;
    size_t room_size, whole_room_size;
    size_t learnt;  /* bytes */
    Second seconds[SECONDS];
} Lookup;

/* The places of the digits that count. */
static inline const int32_t *places_of(const Skeleton *one)
{
    return (const int32_t *)(one->text + ((one->size + 7) & ~7));
}

/* The value that a number of `behind` digits behind its point was printed as. */
double printed_value(int64_t number, int behind);

/* The skeleton of a bare text, the sum of its digits that count, and the pattern that has these; UNKNOWN where there is none. */
int skeleton_of(const Lookup *self, uint64_t sum, const uint8_t *text, size_t size);
uint64_t digits_sum(const Lookup *self, int skeleton, const uint8_t *text);
int pattern_of(const Lookup *self, uint64_t sum, int skeleton, const uint8_t *text);

/* An entry without the digits of its addresses, which stays until the next is asked for; NULL where memory is out. */
const uint8_t *bare(Lookup *self, const uint8_t *entry, size_t *size);

/* The entry with signs instead of its identifiers, in `whole_room`: NULL where none like it is known, or none can be told. */
const uint8_t *without_tokens(Lookup *self, const uint8_t *entry, size_t *size, Span *token);

/* What entries come to that are alike but for hexadecimal digits. */
uint64_t alike_sum(const Lookup *self, const uint8_t *entry, size_t size);

/* Look up a bare entry: the piece tells its pattern and what is its own. -1 where that failed. */
int look_at(Lookup *self, const uint8_t *text, size_t size, Piece *piece);

/* An entry of the window, or the place behind the last; NULL, with an error, where there is none. */
Piece *piece_at(Lookup *self, Py_ssize_t index);

/* Methods that learn. */
PyObject *learn(Lookup *self, PyObject *args);
PyObject *learn_nothing(Lookup *self, PyObject *args);
PyObject *learn_tokens(Lookup *self, PyObject *args);
PyObject *add_column(Lookup *self, PyObject *args);

/* Methods that collect. */
PyObject *collect(Lookup *self, PyObject *args);
PyObject *drain(Lookup *self, PyObject *unused);

extern PyType_Spec lookup_spec;

#endif
