/* A table of what was counted under two numbers. */
#ifndef ASYNCLOG_MAP_H
#define ASYNCLOG_MAP_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t first, second;  /* the numbers */
    int64_t number, total;  /* how many there are (0: nobody's place), and what they add up to */
} Cell;

typedef struct {
    Cell *cells;
    size_t used, size;
} Map;

/* The cell of two numbers, which is made where there is none; NULL where memory is out. Count in it at once. */
Cell *map_cell(Map *map, int64_t first, int64_t second);

/* Give the cells away, sorted, as a list that starts at the answer; the map is empty then. */
Cell *map_sorted(Map *map, size_t *number);

void map_free(Map *map);

#endif
