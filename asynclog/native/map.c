#include "map.h"

#include <stdlib.h>

#include "texts.h"

static Cell *place_of(Map *map, int64_t first, int64_t second)
{
    size_t at = mixed(turned((uint64_t)first * 0xC2B2AE3D27D4EB4FULL, (uint64_t)second)) & (map->size - 1);
    while (map->cells[at].number && (map->cells[at].first != first || map->cells[at].second != second))
        at = (at + 1) & (map->size - 1);
    return map->cells + at;
}

static int grow(Map *map)
{
    Map larger = {NULL, map->used, map->size ? map->size * 2 : 1024};
    larger.cells = calloc(larger.size, sizeof(Cell));
    if (larger.cells == NULL) return -1;
    for (size_t at = 0; at < map->size; at++)
        if (map->cells[at].number) *place_of(&larger, map->cells[at].first, map->cells[at].second) = map->cells[at];
    free(map->cells);
    *map = larger;
    return 0;
}

Cell *map_cell(Map *map, int64_t first, int64_t second)
{
    if (map->used * 2 >= map->size && grow(map) < 0) return NULL;
    Cell *cell = place_of(map, first, second);
    if (!cell->number) {
        cell->first = first;
        cell->second = second;
        map->used++;
    }
    return cell;
}

static int compare(const void *one, const void *other)
{
    const Cell *a = one, *b = other;
    if (a->first != b->first) return a->first < b->first ? -1 : 1;
    return (a->second > b->second) - (a->second < b->second);
}

Cell *map_sorted(Map *map, size_t *number)
{
    Cell *cells = map->cells;
    *number = 0;
    for (size_t at = 0; at < map->size; at++)
        if (cells[at].number) cells[(*number)++] = cells[at];
    if (*number) qsort(cells, *number, sizeof(Cell), compare);
    *map = (Map){NULL, 0, 0};
    return cells;
}

void map_free(Map *map)
{
    free(map->cells);
    *map = (Map){NULL, 0, 0};
}
