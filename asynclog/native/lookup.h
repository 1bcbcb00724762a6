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
#define NAMES_MOST (1 << 13) /* that are remembered of those that users gave */

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

/* A skeleton by its form: what it is like if it does not count how many digits a number has. */
typedef struct {
    uint64_t sum;
    int skeleton;
} Form;

/* Where identifiers stand in entries that are alike but for hexadecimal digits. */
typedef struct {
    uint64_t sum;
    size_t size;  /* of the entries */
    int count;
    Span *spans;
} Tokens;

/* Texts that are looked for. */
typedef struct {
    PyObject *tuple;
    int longest;
    uint8_t pairs[1 << 13];  /* a bit for each two bytes that one begins with */
} Texts;

typedef struct {
    PyObject *names;  /* a set: those that may stand in it */
    PyObject *guard;  /* a tuple: texts that must not stand in one */
    int seen;         /* the number of the texts that rules look for in what differs; less than 0: nothing may differ but names */
    int any;          /* whether any identifier may */
    double most, longest;
    int dated;   /* whether its times have a date */
    int begun;   /* whether one of its records was counted: the first is told, for it is more than a row */
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

/* The times that are asked for: between two, where both they and a time have dates; else, of each day. */
typedef struct {
    int asked, dated;
    long long low, high, opens, closes;
} Within;

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
    Index by_skeleton, by_pattern, by_tokens, by_form;
    Form *forms;
    size_t form_count, form_room;
    PyObject *told;     /* a set: keys of the fields of JSON objects that tell something */
    PyObject *openings; /* a list: what messages begin with */
    PyObject *kept;     /* a set: words before messages that tell something */
    Texts *texts;       /* the first are those that the search looks for */
    size_t text_count, text_room;
    int plain;  /* whether nothing stands before each line but what the log's own writer wrote */
    int32_t *moved, *places;
    uint8_t *digits, *zeroed;
    size_t moved_room, place_room, digits_room, zeroed_room;
    Tokens *tokens;
    size_t token_count, token_room;
    Within within;
    int64_t left_out[2];  /* that were of no time asked for: of those that have none, and of the others */
    int64_t *rows;  /* column, microseconds, duration, line of each that was collected */
    size_t row_count, row_room;
    Map named;
    uint8_t *room, *whole_room;
    size_t room_size, whole_room_size;
    size_t learnt;  /* bytes */
    size_t outlines;  /* that were learnt */
    Second seconds[SECONDS];
} Lookup;

/* The places of the digits that count. */
static inline const int32_t *places_of(const Skeleton *one)
{
    return (const int32_t *)(one->text + ((one->size + 7) & ~7));
}

/* The value that a number of `behind` digits behind its point was printed as. */
double printed_value(int64_t number, int behind);

/* A text with zeros for digits, which stays until the next is asked for; NULL where memory is out. */
const uint8_t *zeroed(Lookup *self, const uint8_t *text, size_t size);

/* The skeleton of a zeroed text, and the pattern that has the digits that count; UNKNOWN where there is none. */
int skeleton_of(const Lookup *self, uint64_t sum, const uint8_t *zeroed, size_t size);
int pattern_of(const Lookup *self, int skeleton, const uint8_t *digits);

/* The digits of a text that count, which stay until the next are asked for; NULL where memory is out. And their sum. */
const uint8_t *digits_of(Lookup *self, int skeleton, const uint8_t *text);
uint64_t digits_sum(const Lookup *self, int skeleton, const uint8_t *digits);

/* Remember the skeleton of a zeroed text, with `digits` places of those that count, and a pattern; the number, -1 where that
 * failed. */
int add_skeleton(Lookup *self, Skeleton one, const uint8_t *zeroed, const int32_t *places);
int add_pattern(Lookup *self, int skeleton, int column, const uint8_t *digits);

/* Where the point of a duration stands (an empty span at its end where it has none); whether the duration can be read. */
int find_point(const uint8_t *text, Span took, Span *point);

/* What texts come to that are alike but for the number of digits in their numbers. */
uint64_t form_sum(const Lookup *self, const uint8_t *text, size_t size);

/* The pattern of a text that is like a known one but for the number of digits where these do not count: made if there is one
 * to make it of. UNKNOWN where there is none, or, with an error, where that failed. */
int derived_pattern(Lookup *self, const uint8_t *text, size_t size);

/* An entry without the digits of its addresses, which stays until the next is asked for; NULL where memory is out. */
const uint8_t *bare(Lookup *self, const uint8_t *entry, size_t *size);

/* The entry with signs instead of its identifiers, in `whole_room`: NULL where none like it is known, or none can be told. */
const uint8_t *without_tokens(Lookup *self, const uint8_t *entry, size_t *size, Span *token);

/* What entries come to that are alike but for hexadecimal digits. */
uint64_t alike_sum(const Lookup *self, const uint8_t *entry, size_t size);

/* What is learnt and looked up from here on are outlines, and entries again after the second call. */
static inline void turn_to_outlines(Lookup *self) { self->seed = ~self->seed; }

/* Look up a bare entry: the piece tells its pattern and what is its own; `derived`: also what can be derived of others. -1 where
 * that failed. */
int look_at(Lookup *self, const uint8_t *text, size_t size, int derived, Piece *piece);

/* The number of a name that a user gave, for the piece: 1; 0 where the rules look for a part of it, -1 where that failed. */
int take_name(Lookup *self, const Column *column, const uint8_t *text, Py_ssize_t size, Piece *piece);

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
