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
    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "anchors are a list");
        return -1;
    }
    Py_ssize_t count = PyList_Size(list), total = 0, size;
    char *bytes;
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

/* What is searched, and where the next hit may start. */
typedef struct {
    const Anchors *anchors;
    ptrdiff_t next, stop, size;
    Hits *hits;
} Search;

/* Add what starts at those of some bytes at `at` that a set may start at. `bytes` are they and all that follows, `places` has
 * a bit for each; of the `step` bytes, `sets` tells the lower eight sets, and behind them the others. */
static int add_hits(
    Search *self, const uint8_t *bytes, ptrdiff_t at, uint32_t places, const uint8_t *sets, int step)
{
    for (; places; places &= places - 1) {
        int place = __builtin_ctz(places);
        ptrdiff_t start = at + place;
        if (start < self->next || start >= self->stop) continue;
        unsigned some = sets[place] | (unsigned)sets[step + place] << 8;
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

/* Vectors of 256 bits: 16 bytes in both halves, of which one is asked for the lower eight sets, one for the others. */
#define NARROW 16

typedef struct {
    __m256i low[DEPTH], high[DEPTH];
} Narrow;

__attribute__((target("avx2"))) static inline Narrow narrow_tables(const Anchors *self)
{
    Narrow tables;
    for (int place = 0; place < DEPTH; place++) {
        tables.low[place] = _mm256_loadu_si256((const __m256i *)self->low[place]);
        tables.high[place] = _mm256_loadu_si256((const __m256i *)self->high[place]);
    }
    return tables;
}

__attribute__((target("avx2"))) static inline int narrow_step(
    Search *self, const Narrow *tables, const uint8_t *bytes, ptrdiff_t at)
{
    const __m256i half = _mm256_set1_epi8(15);
    __m256i found = _mm256_set1_epi8(-1);
#pragma GCC unroll 4
    for (int place = 0; place < DEPTH; place++) {
        __m256i some = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(bytes + place)));
        __m256i low = _mm256_shuffle_epi8(tables->low[place], _mm256_and_si256(some, half));
        __m256i high = _mm256_shuffle_epi8(tables->high[place], _mm256_and_si256(_mm256_srli_epi16(some, 4), half));
        found = _mm256_and_si256(found, _mm256_and_si256(low, high));
    }
    if (_mm256_testz_si256(found, found)) return 0;
    uint8_t sets[2 * NARROW];
    _mm256_storeu_si256((__m256i *)sets, found);
    uint32_t places = ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(found, _mm256_setzero_si256()));
    return add_hits(self, bytes, at, (places | places >> 16) & 0xffff, sets, NARROW);
}

/* The same with 512 bits. */
#define WIDE 32

typedef struct {
    __m512i low[DEPTH], high[DEPTH];
} Wide;

__attribute__((target("avx512bw"))) static inline __m512i wide_table(const uint8_t *table)
{
    __m256i lower = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table));
    __m256i upper = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(table + 16)));
    return _mm512_inserti64x4(_mm512_castsi256_si512(lower), upper, 1);
}

__attribute__((target("avx512bw"))) static inline Wide wide_tables(const Anchors *self)
{
    Wide tables;
    for (int place = 0; place < DEPTH; place++) {
        tables.low[place] = wide_table(self->low[place]);
        tables.high[place] = wide_table(self->high[place]);
    }
    return tables;
}

__attribute__((target("avx512bw"))) static inline int wide_step(
    Search *self, const Wide *tables, const uint8_t *bytes, ptrdiff_t at)
{
    const __m512i half = _mm512_set1_epi8(15);
    __m512i found = _mm512_set1_epi8(-1);
#pragma GCC unroll 4
    for (int place = 0; place < DEPTH; place++) {
        __m512i some = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)(bytes + place)));
        __m512i low = _mm512_shuffle_epi8(tables->low[place], _mm512_and_si512(some, half));
        __m512i high = _mm512_shuffle_epi8(tables->high[place], _mm512_and_si512(_mm512_srli_epi16(some, 4), half));
        found = _mm512_and_si512(found, _mm512_and_si512(low, high));
    }
    uint64_t places = _mm512_test_epi8_mask(found, found);
    if (!places) return 0;
    uint8_t sets[2 * WIDE];
    _mm512_storeu_si512((void *)sets, found);
    return add_hits(self, bytes, at, (uint32_t)(places | places >> 32), sets, WIDE);
}

/* Search up to `stop` as long as whole vectors can be read; where that ends, -1 where memory is out. */
__attribute__((target("avx512bw"))) static ptrdiff_t wide_search(Search *self, const uint8_t *text, ptrdiff_t at)
{
    const Wide tables = wide_tables(self->anchors);
    for (; at < self->stop && self->size - at >= WIDE + DEPTH - 1; at += WIDE)
        if (wide_step(self, &tables, text + at, at) < 0) return -1;
    return at;
}

__attribute__((target("avx2"))) static ptrdiff_t narrow_search(Search *self, const uint8_t *text, ptrdiff_t at)
{
    const Narrow tables = narrow_tables(self->anchors);
    for (; at < self->stop && self->size - at >= NARROW + DEPTH - 1; at += NARROW)
        if (narrow_step(self, &tables, text + at, at) < 0) return -1;
    if (at >= self->stop) return at;
    /* what is left, in a place of its own: nothing may be read behind it */
    uint8_t rest[4 * NARROW] = {0};
    memcpy(rest, text + at, (size_t)(self->size - at));
    for (ptrdiff_t step = 0; step < self->size - at; step += NARROW)
        if (narrow_step(self, &tables, rest + step, at + step) < 0) return -1;
    return self->stop;
}

ptrdiff_t search(
    const Anchors *anchors, const uint8_t *text, ptrdiff_t from, ptrdiff_t stop, ptrdiff_t size, Hits *hits)
{
    Search self = {anchors, from, stop, size, hits};
    ptrdiff_t at = from;
    if (__builtin_cpu_supports("avx512bw")) at = wide_search(&self, text, at);
    if (at < 0 || narrow_search(&self, text, at) < 0) return -1;
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
