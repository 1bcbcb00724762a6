#include "map.h"

#include <stdlib.h>
#include <string.h>

#include "texts.h"

/* The slot of two numbers, or the one to put them into. */
static uint32_t *slot_of(const Map *map, int64_t first, int64_t second)
{
    size_t at = mixed(turned((uint64_t)first * 0xC2B2AE3D27D4EB4FULL, (uint64_t)second)) & (map->size - 1);
    for (;; at = (at + 1) & (map->size - 1)) {
        uint32_t *slot = map->slots + at;
        if (!*slot || (map->cells[*slot - 1].first == first && map->cells[*slot - 1].second == second)) return slot;
    }
}

static int grow(Map *map)
{
    size_t size = map->size ? map->size * 2 : 1024;
    Cell *cells = realloc(map->cells, size / 2 * sizeof(Cell));
    if (cells == NULL) return -1;
    map->cells = cells;
    uint32_t *slots = calloc(size, sizeof(uint32_t));
    if (slots == NULL) return -1;
    free(map->slots);
    map->slots = slots;
    map->size = size;
    for (size_t at = 0; at < map->used; at++) *slot_of(map, cells[at].first, cells[at].second) = (uint32_t)at + 1;
    return 0;
}

Cell *map_cell(Map *map, int64_t first, int64_t second)
{
    if (map->used * 2 >= map->size && (map->used >= UINT32_MAX / 2 || grow(map) < 0)) return NULL;
    uint32_t *slot = slot_of(map, first, second);
    if (!*slot) {
        map->cells[map->used++] = (Cell){first, second, 0, 0};
        *slot = (uint32_t)map->used;
    }
    return map->cells + *slot - 1;
}

static int compare(const void *one, const void *other)
{
    const Cell *a = one, *b = other;
    if (a->first != b->first) return a->first < b->first ? -1 : 1;
    return (a->second > b->second) - (a->second < b->second);
}

/* Sort by the second number what mostly is sorted: times come in order. */
static void sort_own(Cell *cells, size_t count)
{
    for (size_t at = 1; at < count; at++) {
        if (cells[at - 1].second <= cells[at].second) continue;
        qsort(cells, count, sizeof(Cell), compare);
        return;
    }
}

/* The cells laid out by their first numbers, each of which is one of few; NULL where that cannot be done. */
static Cell *laid_out(const Cell *cells, size_t count)
{
    int64_t least = cells[0].first, greatest = least;
    for (size_t at = 0; at < count; at++) {
        if (cells[at].first < least) least = cells[at].first;
        if (cells[at].first > greatest) greatest = cells[at].first;
    }
    uint64_t range = (uint64_t)greatest - (uint64_t)least + 1;
    if (!range || range > count * 4 + 1024) return NULL;
    size_t *ends = calloc((size_t)range + 1, sizeof(size_t));
    Cell *sorted = malloc(count * sizeof(Cell));
    if (ends != NULL && sorted != NULL) {
        for (size_t at = 0; at < count; at++) ends[cells[at].first - least + 1]++;
        for (size_t own = 0; own < range; own++) ends[own + 1] += ends[own];
        for (size_t at = 0; at < count; at++) sorted[ends[cells[at].first - least]++] = cells[at];
        for (size_t own = 0; own < range; own++) {
            size_t start = own ? ends[own - 1] : 0;
            sort_own(sorted + start, ends[own] - start);
        }
    } else {
        free(sorted);
        sorted = NULL;
    }
    free(ends);
    return sorted;
}

Cell *map_sorted(Map *map, size_t *number)
{
    Cell *cells = map->cells;
    *number = map->used;
    Cell *sorted = *number ? laid_out(cells, *number) : NULL;
    if (sorted != NULL) {
        free(cells);
        cells = sorted;
    } else if (*number) {
        qsort(cells, *number, sizeof(Cell), compare);
    }
    free(map->slots);
    *map = (Map){0};
    return cells;
}

void map_free(Map *map)
{
    free(map->cells);
    free(map->slots);
    *map = (Map){0};
}
