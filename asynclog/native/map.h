/* A table of what was counted under two numbers. */
#ifndef ASYNCLOG_MAP_H
#define ASYNCLOG_MAP_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t first, second;  /* the numbers */
    int64_t number, total;  /* how many there are, and what they add up to */
} Cell;

/* Cells in the order in which they were made, and where they are: their indices, from 1 on. */
typedef struct {
    Cell *cells;
    uint32_t *slots;
    size_t used, size;
} Map;

/* The cell of two numbers, which is made where there is none; NULL where memory is out. Count in it before the next. */
Cell *map_cell(Map *map, int64_t first, int64_t second);

/* Give the cells away, sorted, as a list that starts at the answer; the map is empty then. */
Cell *map_sorted(Map *map, size_t *number);

void map_free(Map *map);

#endif
