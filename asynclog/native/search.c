/* Many short texts searched for at once: the packed search that is known as Teddy, of sixteen sets.
 *
 * Each anchor is of one set. A vector of a text is asked four times, for the first, second, third and fourth byte of an
 * anchor: two tables tell of both halves of each byte in which sets they are. Where one set is left after all four, its
 * anchors are compared. The crate that searches elsewhere does the same; this one runs beside the interpreter.
 */
#include "search.h"

void anchors_free(Anchors *self)
{
    free(self->anchors);
    free(self->texts);
    self->anchors = NULL;
    self->texts = NULL;
}

static int alike_in_low_halves(const uint8_t *one, const uint8_t *other)
{
    for (int at = 0; at < DEPTH; at++)
        if ((one[at] & 15) != (other[at] & 15)) return 0;
    return 1;
}

/* The sets are those that `benchmarks/anchors.py` chose the order of the anchors for. */
static int set_of(const Anchors *self, int number)
{
    for (int at = 0; at < number; at++)
        if (alike_in_low_halves(self->anchors[at].text, self->anchors[number].text)) return self->anchors[at].set;
    return number % SETS;
}

static int by_set(const void *one, const void *other)
{
    const Anchor *left = one, *right = other;
    return left->set != right->set ? left->set - right->set : left->number - right->number;
}

int anchors_set(Anchors *self, PyObject *list)
{
    Py_ssize_t count = PyList_Size(list), total = 0, size;
    char *bytes;
    if (count < 0) return -1;
    for (Py_ssize_t at = 0; at < count; at++) {
        if (PyBytes_AsStringAndSize(PyList_GetItem(list, at), &bytes, &size) < 0) return -1;
        if (size < DEPTH || size > 1 << 10) {
            PyErr_SetString(PyExc_ValueError, "an anchor has 4 to 1024 bytes");
            return -1;
        }
        total += size;
    }
    self->anchors = calloc((size_t)count + 1, sizeof(Anchor));
    self->texts = malloc((size_t)total + 1);
    if (self->anchors == NULL || self->texts == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    self->count = (int)count;
    uint8_t *text = self->texts;
    for (Py_ssize_t at = 0; at < count; at++) {
        PyBytes_AsStringAndSize(PyList_GetItem(list, at), &bytes, &size);
        memcpy(text, bytes, (size_t)size);
        Anchor *anchor = self->anchors + at;
        *anchor = (Anchor){.size = (int)size, .number = (int)at, .text = text};
        memcpy(&anchor->head, text, DEPTH);
        anchor->set = set_of(self, (int)at);
        for (int place = 0; place < DEPTH; place++) {
            self->low[place][(anchor->set >> 3) * 16 + (text[place] & 15)] |= (uint8_t)(1 << (anchor->set & 7));
            self->high[place][(anchor->set >> 3) * 16 + (text[place] >> 4)] |= (uint8_t)(1 << (anchor->set & 7));
        }
        if (size > self->longest) self->longest = (int)size;
        text += size;
    }
    qsort(self->anchors, (size_t)count, sizeof(Anchor), by_set);
    for (int at = 0; at < self->count; at++) self->first[self->anchors[at].set + 1] = at + 1;
    for (int set = 0; set < SETS; set++)
        if (!self->first[set + 1]) self->first[set + 1] = self->first[set];
    return 0;
}

#if CAN_SEARCH
#include <immintrin.h>

int can_search(void) { return __builtin_cpu_supports("avx2") != 0; }

/* The first of the anchors in some sets that stands at `at`; NULL where none does. */
static const Anchor *anchor_at(const Anchors *self, const uint8_t *at, ptrdiff_t left, unsigned sets)
{
    const Anchor *found = NULL;
    uint32_t head;
    memcpy(&head, at, DEPTH);
    for (; sets; sets &= sets - 1) {
        int set = __builtin_ctz(sets);
        for (int place = self->first[set]; place < self->first[set + 1]; place++) {
            const Anchor *anchor = self->anchors + place;
            if (anchor->head == head && anchor->size <= left && memcmp(at, anchor->text, (size_t)anchor->size) == 0
                && (found == NULL || anchor->number < found->number))
                found = anchor;
        }
    }
    return found;
}

/* The tables of all anchors, as the processor has them. */
typedef struct {
    __m256i low[DEPTH], high[DEPTH];
} Tables;

__attribute__((target("avx2"))) static inline Tables tables_of(const Anchors *self)
{
    Tables tables;
    for (int place = 0; place < DEPTH; place++) {
        tables.low[place] = _mm256_loadu_si256((const __m256i *)self->low[place]);
        tables.high[place] = _mm256_loadu_si256((const __m256i *)self->high[place]);
    }
    return tables;
}

/* Which sets have an anchor that may start at each of 16 bytes: the lower eight in one half, the others in the other one. */
__attribute__((target("avx2"))) static inline __m256i sets_at(Tables tables, const uint8_t *at)
{
    const __m256i half = _mm256_set1_epi8(15);
    __m256i found = _mm256_set1_epi8(-1);
#pragma GCC unroll 4
    for (int place = 0; place < DEPTH; place++) {
        __m256i bytes = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(at + place)));
        __m256i low = _mm256_shuffle_epi8(tables.low[place], _mm256_and_si256(bytes, half));
        __m256i high = _mm256_shuffle_epi8(tables.high[place], _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half));
        found = _mm256_and_si256(found, _mm256_and_si256(low, high));
    }
    return found;
}

/* What is searched, and where the next hit may start. */
typedef struct {
    const Anchors *anchors;
    ptrdiff_t next, stop, size;
    Hits *hits;
} Search;

/* Add what starts at those of 16 bytes at `at` that a set may start at; `bytes` are they and all that follows. */
__attribute__((target("avx2"), noinline)) static int add_hits(
    Search *self, const uint8_t *bytes, ptrdiff_t at, __m256i found)
{
    uint8_t sets[32];
    _mm256_storeu_si256((__m256i *)sets, found);
    unsigned places = ~(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(found, _mm256_setzero_si256()));
    for (places = (places | places >> 16) & 0xffff; places; places &= places - 1) {
        int place = __builtin_ctz(places);
        ptrdiff_t start = at + place;
        if (start < self->next || start >= self->stop) continue;
        unsigned some = sets[place] | (unsigned)sets[16 + place] << 8;
        const Anchor *anchor = anchor_at(self->anchors, bytes + place, self->size - start, some);
        if (anchor == NULL) continue;
        Hits *hits = self->hits;
        if (hits->count == hits->room) {
            int32_t *items = realloc(hits->items, (hits->room * 2 + 256) * sizeof(int32_t));
            if (items == NULL) return -1;
            hits->items = items;
            hits->room = hits->room * 2 + 256;
        }
        hits->items[hits->count++] = (int32_t)start;
        self->next = start + anchor->size;
    }
    return 0;
}

__attribute__((target("avx2"))) ptrdiff_t search(
    const Anchors *anchors, const uint8_t *text, ptrdiff_t from, ptrdiff_t stop, ptrdiff_t size, Hits *hits)
{
    enum { STEP = 16, REACH = STEP + DEPTH - 1 };
    Search self = {anchors, from, stop, size, hits};
    const Tables tables = tables_of(anchors);
    ptrdiff_t at = from;
    for (; at < stop && size - at >= REACH; at += STEP) {
        __m256i found = sets_at(tables, text + at);
        if (!_mm256_testz_si256(found, found) && add_hits(&self, text + at, at, found) < 0) return -1;
    }
    if (at < stop) { /* what is left, in a place of its own: nothing may be read behind it */
        uint8_t rest[4 * STEP] = {0};
        memcpy(rest, text + at, (size_t)(size - at));
        for (ptrdiff_t step = 0; step < size - at; step += STEP) {
            __m256i found = sets_at(tables, rest + step);
            if (!_mm256_testz_si256(found, found) && add_hits(&self, rest + step, at + step, found) < 0) return -1;
        }
    }
    return self.next > stop ? self.next : stop;
}

/* Line ends in a block: of each byte of a vector at most 255, then all together. */
__attribute__((target("avx2"))) static int32_t line_ends_of(const uint8_t *text, size_t block)
{
    const __m256i end = _mm256_set1_epi8('\n'), zero = _mm256_setzero_si256();
    __m256i sums = zero;
    for (size_t at = 0; at < block; at += 128 * 32) {
        __m256i one = zero, other = zero;
        for (size_t vector = at; vector < at + 128 * 32; vector += 64) {
            one = _mm256_sub_epi8(one, _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(text + vector)), end));
            other = _mm256_sub_epi8(other, _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(text + vector + 32)), end));
        }
        sums = _mm256_add_epi64(sums, _mm256_add_epi64(_mm256_sad_epu8(one, zero), _mm256_sad_epu8(other, zero)));
    }
    int64_t parts[4];
    _mm256_storeu_si256((__m256i *)parts, sums);
    return (int32_t)(parts[0] + parts[1] + parts[2] + parts[3]);
}

void count_blocks(const uint8_t *text, size_t from, size_t size, int32_t *counts)
{
    for (; (from + 1) * BLOCK <= size; from++) counts[from + 1] = counts[from] + line_ends_of(text + from * BLOCK, BLOCK);
}
#else
int can_search(void) { return 0; }

ptrdiff_t search(const Anchors *self, const uint8_t *text, ptrdiff_t from, ptrdiff_t stop, ptrdiff_t size, Hits *hits)
{
    (void)self, (void)text, (void)from, (void)size, (void)hits;
    return stop;
}

void count_blocks(const uint8_t *text, size_t from, size_t size, int32_t *counts)
{
    (void)text, (void)from, (void)size, (void)counts;
}
#endif
