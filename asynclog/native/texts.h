/* Bytes as asynclog compares them: digits are all alike, and the digits of addresses are not there. */
#ifndef ASYNCLOG_TEXTS_H
#define ASYNCLOG_TEXTS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define EACH(byte) (0x0101010101010101ULL * (byte))

static inline int is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }

static inline int is_hexadecimal(uint8_t byte)
{
    return is_digit(byte) || (uint8_t)((byte | 0x20) - 'a') < 6;
}

static inline int is_word(uint8_t byte)
{
    return is_digit(byte) || (uint8_t)((byte | 0x20) - 'a') < 26 || byte == '_';
}

/* Eight bytes, or what is left of a text, with each digit made zero. */
static inline uint64_t zeros_of(uint64_t bytes)
{
    uint64_t values = bytes ^ EACH('0');
    uint64_t others = (((values & EACH(0x7f)) + EACH(0x76)) | values) & EACH(0x80);
    return bytes ^ (values & (((others ^ EACH(0x80)) >> 7) * 0xff));
}

static inline uint64_t zeros_at(const uint8_t *text, size_t size)
{
    uint64_t bytes = 0;
    memcpy(&bytes, text, size < 8 ? size : 8);
    return zeros_of(bytes);
}

static inline uint64_t turned(uint64_t sum, uint64_t bytes)
{
    sum = (sum ^ bytes) * 0x9E3779B97F4A7C15ULL;
    return sum ^ (sum >> 29);
}

static inline uint64_t mixed(uint64_t sum)
{
    sum = (sum ^ (sum >> 32)) * 0xD6E8FEB86659FD93ULL;
    sum = (sum ^ (sum >> 32)) * 0xD6E8FEB86659FD93ULL;
    return sum ^ (sum >> 32);
}

/* A text with each digit made a zero. Byte by byte, so that compilers do it with vectors. */
static inline void zero_digits(uint8_t *restrict zeroed, const uint8_t *restrict text, size_t size)
{
    for (size_t at = 0; at < size; at++) zeroed[at] = (uint8_t)(text[at] - '0') < 10 ? '0' : text[at];
}

static inline uint64_t word_at(const uint8_t *text)
{
    uint64_t word;
    memcpy(&word, text, 8);
    return word;
}

/* What a text comes to: four sums side by side, for the processor makes all at once. */
static inline uint64_t sum_of(const uint8_t *text, size_t size, uint64_t seed)
{
    uint64_t sums[4] = {seed ^ size, ~seed, seed + 1, seed + 2}, rest = 0;
    for (; size >= 32; text += 32, size -= 32)
        for (int at = 0; at < 4; at++) sums[at] = turned(sums[at], word_at(text + 8 * at));
    for (; size >= 8; text += 8, size -= 8) sums[0] = turned(sums[0], word_at(text));
    memcpy(&rest, text, size);
    sums[0] = turned(sums[0], rest);
    return mixed(turned(turned(turned(sums[0], sums[1]), sums[2]), sums[3]));
}

/* Whether a text is `zeroed` but for the digits. */
static inline int is_alike(const uint8_t *text, const uint8_t *zeroed, size_t size)
{
    for (; size >= 8; text += 8, zeroed += 8, size -= 8) {
        uint64_t other;
        memcpy(&other, zeroed, 8);
        if (zeros_at(text, 8) != other) return 0;
    }
    uint64_t other = 0;
    memcpy(&other, zeroed, size);
    return zeros_at(text, size) == other;
}

/* Where the next 0x of an address stands: one that is not within a word and that digits follow; NULL where none does. */
static inline const uint8_t *next_address(const uint8_t *from, const uint8_t *start, const uint8_t *end)
{
    while (from < end) {
        const uint8_t *sign = memchr(from, 'x', (size_t)(end - from));
        if (sign == NULL) return NULL;
        if (sign > start && sign[-1] == '0' && sign + 1 < end && is_hexadecimal(sign[1])
            && (sign == start + 1 || !is_word(sign[-2])))
            return sign - 1;
        from = sign + 1;
    }
    return NULL;
}

/* Where the digits behind an 0x end: in 0x10x2 the second nought is the next one's. */
static inline const uint8_t *end_of_address(const uint8_t *sign, const uint8_t *end)
{
    const uint8_t *at = sign + 2;
    while (at < end && is_hexadecimal(*at)) at++;
    return at < end && *at == 'x' && at[-1] == '0' ? at - 1 : at;
}

/* Eight bytes with each hexadecimal digit that identifiers have made a zero: 0 to 9 and a to f. */
static inline uint64_t alike_of(uint64_t bytes)
{
    uint64_t zeroed = zeros_of(bytes), letters = zeroed ^ EACH(0x60), low = letters & EACH(0x7f);
    uint64_t within = (low + EACH(0x7f)) & ~(low + EACH(0x79)) & ~letters & EACH(0x80);
    uint64_t mask = (within >> 7) * 0xff;
    return (zeroed & ~mask) | (EACH('0') & mask);
}

/* Bytes that are line ends. Counted 255 blocks at a time, so that compilers count with vectors of bytes. */
static inline int64_t line_ends(const uint8_t *at, const uint8_t *end)
{
    int64_t count = 0;
    while (end - at >= 32) {
        uint8_t sums[32] = {0};
        ptrdiff_t blocks = (end - at) / 32;
        blocks = blocks < 255 ? blocks : 255;
        for (ptrdiff_t block = 0; block < blocks; block++, at += 32)
            for (int place = 0; place < 32; place++) sums[place] += at[place] == '\n';
        for (int place = 0; place < 32; place++) count += sums[place];
    }
    for (; at < end; at++) count += *at == '\n';
    return count;
}

#define BLOCK 4096 /* bytes of which line ends may be counted before; a multiple of 4096 */

/* Line ends in text[start:end], of which `counts` are those before each block of the text; `known` blocks, 0: none. */
static inline int64_t line_ends_in(const uint8_t *text, size_t start, size_t end, const int32_t *counts, size_t known)
{
    size_t first = (start + BLOCK - 1) / BLOCK, last = end / BLOCK;
    if (first >= last || last >= known) return start < end ? line_ends(text + start, text + end) : 0;
    return line_ends(text + start, text + first * BLOCK) + counts[last] - counts[first]
           + line_ends(text + last * BLOCK, text + end);
}

#endif
