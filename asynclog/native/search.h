/* Many short texts searched for at once, in vectors of bytes. */
#ifndef ASYNCLOG_SEARCH_H
#define ASYNCLOG_SEARCH_H

#include "room.h"
#include "texts.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__)) && !defined(_WIN32)
#define CAN_SEARCH 1
#else
#define CAN_SEARCH 0
#endif

#define SETS 16 /* of anchors, one for each bit of what two bytes of a vector tell */
#define DEPTH 4 /* bytes at the beginning of an anchor that are looked for */

typedef struct {
    uint32_t head;  /* its first four bytes */
    int size, set, number;
    const uint8_t *text;
} Anchor;

/* What is searched for. `low` and `high` tell of half a byte which sets have an anchor with it at each of the first places. */
typedef struct {
    Anchor *anchors;  /* by their sets, and in each in their order */
    int count, longest;
    int first[SETS + 1];  /* of each set, and behind the last */
    uint8_t *texts;
    uint8_t low[DEPTH][32], high[DEPTH][32];
} Anchors;

typedef struct {
    int32_t *items;
    size_t count, room;
} Hits;

/* Whether this processor has what the search needs. */
int can_search(void);

/* Set up from a list of bytes; -1, with an error, where they cannot be searched for. */
int anchors_set(Anchors *self, PyObject *list);
void anchors_free(Anchors *self);

/* Add where anchors start in text[from:stop], whole within `size`, without those that begin within the one before; `from`
 * and the answer are where the next may start. -1 where memory is out. Needs no interpreter. */
ptrdiff_t search(const Anchors *self, const uint8_t *text, ptrdiff_t from, ptrdiff_t stop, ptrdiff_t size, Hits *hits);

/* counts[n] becomes the number of line ends before text[n * BLOCK], from `from` on, up to `size`; counts[from] is there. */
void count_blocks(const uint8_t *text, size_t from, size_t size, int32_t *counts);

#endif
