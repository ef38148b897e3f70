/* Kernels over Philox blocks. Included by random_kernels.c once per instruction set, which defines
 * NAME(kernel), TARGET, WIDTH, the types REAL and BITS (vectors of WIDTH double or uint64_t, or the scalars)
 * and LOAD, STORE_PAIRS, AS_REAL, AS_BITS, PRODUCT (of low 32-bit halves), ROOT. Only IEEE operations in a
 * fixed order: every instance gives the same bits. Each statement is done for TOGETHER vectors before the
 * next, which hides the latency of long chains (a third off the time). n, the number of blocks, is a multiple
 * of TOGETHER * WIDTH. */

/* Philox4x32-10 on blocks [i, i + TOGETHER WIDTH), each word in a 64-bit lane; upper halves hold rubbish that
 * PRODUCT ignores. */
static inline TARGET __attribute__((always_inline))
void NAME(philox)(uint64_t seed, uint64_t path, const sgdl_counters *counters, ptrdiff_t i,
                  BITS c0[TOGETHER], BITS c1[TOGETHER], BITS c2[TOGETHER], BITS c3[TOGETHER])
{
  const BITS zero = {0}, multiplier0 = zero + 0xD2511F53u, multiplier1 = zero + 0xCD9E8D57u;
  uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
  EACH c0[w] = LOAD(counters->block + i + w * WIDTH);
  EACH c1[w] = LOAD(counters->step + i + w * WIDTH);
  EACH c2[w] = LOAD(counters->stream + i + w * WIDTH);
  EACH c3[w] = zero + path;
#pragma GCC unroll 10
  for (int round = 0; round < 10; round++) {
    BITS p0[TOGETHER], p1[TOGETHER];
    EACH p0[w] = PRODUCT(multiplier0, c0[w]);
    EACH p1[w] = PRODUCT(multiplier1, c2[w]);
    EACH c0[w] = (p1[w] >> 32) ^ c1[w] ^ (zero + key0);
    EACH c2[w] = (p0[w] >> 32) ^ c3[w] ^ (zero + key1);
    EACH c1[w] = p1[w];
    EACH c3[w] = p0[w];
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
}

/* Two 64-bit words from each block. */
static TARGET void NAME(words)(uint64_t seed, uint64_t path, const sgdl_counters *counters, ptrdiff_t n,
                               uint64_t *out)
{
  for (ptrdiff_t i = 0; i < n; i += TOGETHER * WIDTH) {
    BITS c0[TOGETHER], c1[TOGETHER], c2[TOGETHER], c3[TOGETHER], first[TOGETHER], second[TOGETHER];
    NAME(philox)(seed, path, counters, i, c0, c1, c2, c3);
    EACH first[w] = (c1[w] << 32) | (c0[w] & LOW_32);
    EACH second[w] = (c3[w] << 32) | (c2[w] & LOW_32);
    EACH STORE_PAIRS(out + 2 * (i + w * WIDTH), AS_REAL(first[w]), AS_REAL(second[w]));
  }
}

/* Two standard normals from each block: Box-Muller, radius from words 0 and 1, angle from words 2 and 3. */
static TARGET void NAME(normals)(uint64_t seed, uint64_t path, const sgdl_counters *counters, ptrdiff_t n,
                                 double *out)
{
  for (ptrdiff_t i = 0; i < n; i += TOGETHER * WIDTH) {
    BITS c0[TOGETHER], c1[TOGETHER], c2[TOGETHER], c3[TOGETHER], bits[TOGETHER], fraction[TOGETHER];
    REAL u[TOGETHER], y[TOGETHER], k[TOGETHER], m[TOGETHER], s[TOGETHER], z[TOGETHER], p[TOGETHER];
    REAL t[TOGETHER], a[TOGETHER], b[TOGETHER];
    NAME(philox)(seed, path, counters, i, c0, c1, c2, c3);

    /* 52 uniform bits each as the mantissa of a number in [1, 2): u in (0, 1], y in [-1/2, 1/2). */
    EACH bits[w] = ((c1[w] << 20) & MANTISSA) | (c0[w] & 0xfffffu) | ONE;
    EACH u[w] = 2.0 - AS_REAL(bits[w]);
    EACH bits[w] = ((c3[w] << 20) & MANTISSA) | (c2[w] & 0xfffffu) | ONE;
    EACH y[w] = AS_REAL(bits[w]) - 1.5;

    /* u = 2^k m with sqrt(1/2) <= m < sqrt 2; the integer k is read as the last bits of 2^52. */
    EACH bits[w] = AS_BITS(u[w]) + (ONE - HALF_ROOT);
    EACH fraction[w] = (bits[w] & MANTISSA) + HALF_ROOT;
    EACH bits[w] = (bits[w] >> 52) | TWO_52;
    EACH k[w] = AS_REAL(bits[w]) - (4503599627370496.0 + 1023.0);
    EACH m[w] = AS_REAL(fraction[w]);

    /* -log u = -k log 2 - 2 atanh(s) */
    EACH s[w] = (m[w] - 1.0) / (m[w] + 1.0);
    EACH z[w] = s[w] * s[w];
    EACH p[w] = z[w] * 0.14616449685043406 + 0.15331721600556042;
    EACH p[w] = p[w] * z[w] + 0.18182889125261723;
    EACH p[w] = p[w] * z[w] + 0.2222221113479508;
    EACH p[w] = p[w] * z[w] + 0.28571428625975487;
    EACH p[w] = p[w] * z[w] + 0.39999999999899505;
    EACH p[w] = p[w] * z[w] + 0.666666666666667;
    EACH p[w] = k[w] * -0.6931471805599453 - s[w] * (p[w] * z[w] + 2.0);

    /* a = sin x, b = cos x with x = y pi/2 */
    EACH t[w] = y[w] * y[w];
    EACH a[w] = t[w] * 5.633933781537854e-08 - 3.59864335298231e-06;
    EACH a[w] = a[w] * t[w] + 0.0001604411507421909;
    EACH a[w] = a[w] * t[w] - 0.004681754132340976;
    EACH a[w] = a[w] * t[w] + 0.07969262624604301;
    EACH a[w] = a[w] * t[w] - 0.6459640975062443;
    EACH a[w] = (a[w] * t[w] + 1.5707963267948966) * y[w];
    EACH b[w] = t[w] * -6.329396344967424e-09 + 4.710678405505227e-07;
    EACH b[w] = b[w] * t[w] - 2.5202039028029178e-05;
    EACH b[w] = b[w] * t[w] + 0.0009192602745468447;
    EACH b[w] = b[w] * t[w] - 0.020863480763340773;
    EACH b[w] = b[w] * t[w] + 0.2536695079010478;
    EACH b[w] = b[w] * t[w] - 1.2337005501361697;
    EACH b[w] = b[w] * t[w] + 1.0;

    /* Angle uniform in one quadrant, pi/4 + x, then a random sign for each coordinate, so that no quadrant is
     * picked: cos(pi/4 + x) = (cos x - sin x)/sqrt 2, and the root cancels that of sqrt(-2 log u). */
    EACH p[w] = ROOT(p[w]);
    EACH m[w] = p[w] * (b[w] - a[w]);
    EACH u[w] = p[w] * (b[w] + a[w]);
    EACH bits[w] = AS_BITS(m[w]) ^ ((c2[w] << 32) & SIGN);
    EACH fraction[w] = AS_BITS(u[w]) ^ ((c2[w] << 33) & SIGN);
    EACH STORE_PAIRS(out + 2 * (i + w * WIDTH), AS_REAL(bits[w]), AS_REAL(fraction[w]));
  }
}

#undef NAME
#undef TARGET
#undef WIDTH
#undef REAL
#undef BITS
#undef LOAD
#undef STORE_PAIRS
#undef AS_REAL
#undef AS_BITS
#undef PRODUCT
#undef ROOT
