/* Winnowing as the paper has it (Schleimer, Wilkerson and Aiken, SIGMOD 2003): letters and digits in lower case, a rolling hash
 * of every k of them, the rightmost least hash of every w selected. With k = 24 and w = 41 a run of 64 characters is found.
 *
 * winnow OUTGOING STARTS PROTECTED...
 *
 * Selects fingerprints of the protected files into a hash table, then scans OUTGOING, whose records begin at the offsets in
 * STARTS, and prints the numbers of those with two hits or more, then the seconds that the scan took. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { K = 24, W = 41, RING = 64, MIN_HITS = 2 };

static const uint64_t BASE = 0x9E3779B97F4A7C15u;
static uint64_t leaving[256]; /* c BASE^K: what a character takes with it */
static unsigned char fold[256];
static uint64_t *table;
static size_t mask, used;

static char *read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END)) {
    perror(path);
    exit(2);
  }
  *length = (size_t)ftell(file);
  rewind(file);
  char *text = malloc(*length + 1);
  if (!text || fread(text, 1, *length, file) != *length) {
    perror(path);
    exit(2);
  }
  text[*length] = 0;
  fclose(file);
  return text;
}

static uint64_t mix(uint64_t h) { return (h ^ h >> 29) * 0xBF58476D1CE4E5B9u; }

static int contains(uint64_t h) {
  for (size_t i = h & mask; table[i]; i = (i + 1) & mask)
    if (table[i] == h) return 1;
  return 0;
}

static void insert(uint64_t h) {
  if (contains(h)) return;
  if (2 * ++used > mask) {
    fprintf(stderr, "too many fingerprints\n");
    exit(2);
  }
  size_t i = h & mask;
  while (table[i]) i = (i + 1) & mask;
  table[i] = h;
}

/* Calls for each selected fingerprint; counts those that are in the table, or puts them in. */
static size_t winnow(const unsigned char *text, size_t length, int add) {
  unsigned char window[RING] = {0};
  uint64_t queue[RING];
  size_t at[RING];
  size_t head = 0, count = 0, n = 0, hits = 0, last = (size_t)-1;
  uint64_t h = 0;
  for (size_t i = 0; i < length; i++) {
    unsigned char c = fold[text[i]];
    if (!c) continue;
    h = h * BASE + c - leaving[window[(n - K) % RING]];
    window[n % RING] = c;
    n++;
    if (n < K) continue;
    uint64_t value = mix(h) | 1;
    /* A queue of rising values: the first is the least of the window. */
    while (count && queue[(head + count - 1) % RING] >= value) count--;
    if (count && at[head] + W <= n) {
      head = (head + 1) % RING;
      count--;
    }
    queue[(head + count) % RING] = value;
    at[(head + count) % RING] = n;
    count++;
    if (n < K + W - 1 || at[head] == last) continue;
    last = at[head];
    if (add) insert(queue[head]);
    else hits += (size_t)contains(queue[head]);
  }
  return hits;
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: winnow OUTGOING STARTS PROTECTED...\n");
    return 2;
  }
  for (int c = 0; c < 256; c++) fold[c] = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '_' || c >= 128 ? c : c >= 'A' && c <= 'Z' ? c + 32 : 0;
  for (unsigned c = 0; c < 256; c++) {
    leaving[c] = c;
    for (int i = 0; i < K; i++) leaving[c] *= BASE;
  }
  size_t bytes = 0;
  for (int i = 3; i < argc; i++) {
    size_t length;
    free(read_file(argv[i], &length));
    bytes += length;
  }
  for (mask = 1024; mask < bytes / 2; mask *= 2) {
  }
  table = calloc(mask--, sizeof *table);
  for (int i = 3; i < argc; i++) {
    size_t length;
    char *text = read_file(argv[i], &length);
    winnow((unsigned char *)text, length, 1);
    free(text);
  }

  size_t length, starts_length, records = 0;
  char *text = read_file(argv[1], &length);
  char *starts = read_file(argv[2], &starts_length);
  size_t *start = malloc((starts_length + 2) * sizeof *start);
  for (char *p = starts; *p; records++) {
    start[records] = strtoull(p, &p, 10);
    while (*p == '\n') p++;
  }
  unsigned char *suspect = calloc(records + 1, 1);
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (size_t i = 0; i + 1 < records; i++) suspect[i] = winnow((unsigned char *)text + start[i], start[i + 1] - start[i], 0) >= MIN_HITS;
  clock_gettime(CLOCK_MONOTONIC, &end);
  for (size_t i = 0; i + 1 < records; i++)
    if (suspect[i]) printf("%zu\n", i);
  printf("%.6f\n", (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec));
  return 0;
}
