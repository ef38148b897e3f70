/* Kernels over Philox blocks, WIDTH blocks at a time. Included by random_kernels.c once per instruction set,
 * which defines NAME(kernel), TARGET, WIDTH, the types REAL and BITS (vectors of double and uint64_t, or the
 * scalars) and LOAD, STORE_PAIRS, AS_REAL, AS_BITS, PRODUCT (of low 32-bit halves), ROOT. Only IEEE
 * operations in a fixed order: every instance gives the same bits. The number of blocks n is a multiple of
 * WIDTH. */

/* Philox4x32-10 with each word in a 64-bit lane; upper halves hold rubbish that PRODUCT ignores. */
static inline TARGET __attribute__((always_inline)) void NAME(philox)(uint64_t seed, BITS c[4])
{
  const BITS zero = {0}, multiplier0 = zero + 0xD2511F53u, multiplier1 = zero + 0xCD9E8D57u;
  uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
  BITS c0 = c[0], c1 = c[1], c2 = c[2], c3 = c[3];
  for (int round = 0; round < 10; round++) {
    BITS p0 = PRODUCT(multiplier0, c0), p1 = PRODUCT(multiplier1, c2);
    c0 = (p1 >> 32) ^ c1 ^ (zero + key0);
    c2 = (p0 >> 32) ^ c3 ^ (zero + key1);
    c1 = p1;
    c3 = p0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  c[0] = c0;
  c[1] = c1;
  c[2] = c2;
  c[3] = c3;
}

/* Two 64-bit words from each block. */
static TARGET void NAME(words)(uint64_t seed, uint64_t path, const sgdl_counters *counters, ptrdiff_t n,
                               uint64_t *out)
{
  const BITS zero = {0};
  for (ptrdiff_t i = 0; i < n; i += WIDTH) {
    BITS c[4] = {LOAD(counters->block + i), LOAD(counters->step + i), LOAD(counters->stream + i),
                 zero + path};
    NAME(philox)(seed, c);
    BITS first = (c[1] << 32) | (c[0] & LOW_32), second = (c[3] << 32) | (c[2] & LOW_32);
    STORE_PAIRS(out + 2 * i, AS_REAL(first), AS_REAL(second));
  }
}

/* Two standard normals from each block: Box-Muller, radius from words 0 and 1, angle from words 2 and 3. */
static TARGET void NAME(normals)(uint64_t seed, uint64_t path, const sgdl_counters *counters, ptrdiff_t n,
                                 double *out)
{
  const BITS zero = {0};
  for (ptrdiff_t i = 0; i < n; i += WIDTH) {
    BITS c[4] = {LOAD(counters->block + i), LOAD(counters->step + i), LOAD(counters->stream + i),
                 zero + path};
    NAME(philox)(seed, c);

    /* 52 uniform bits each as the mantissa of a number in [1, 2): u in (0, 1], y in [-1/2, 1/2). */
    BITS uniform0 = ((c[1] << 20) & MANTISSA) | (c[0] & 0xfffffu) | ONE;
    BITS uniform1 = ((c[3] << 20) & MANTISSA) | (c[2] & 0xfffffu) | ONE;
    REAL u = 2.0 - AS_REAL(uniform0), y = AS_REAL(uniform1) - 1.5;

    /* log u = k log 2 + 2 atanh(s), u = 2^k m, sqrt(1/2) <= m < sqrt 2; k is read as bits of 2^52. */
    BITS shifted = AS_BITS(u) + (ONE - HALF_ROOT);
    BITS exponent = (shifted >> 52) | TWO_52, fraction = (shifted & MANTISSA) + HALF_ROOT;
    REAL k = AS_REAL(exponent) - (4503599627370496.0 + 1023.0), m = AS_REAL(fraction);
    REAL s = (m - 1.0) / (m + 1.0), z = s * s;
    REAL p = z * 0.14616449685043406 + 0.15331721600556042;
    p = p * z + 0.18182889125261723;
    p = p * z + 0.2222221113479508;
    p = p * z + 0.28571428625975487;
    p = p * z + 0.39999999999899505;
    p = p * z + 0.666666666666667;
    REAL minus_log = k * -0.6931471805599453 - s * (p * z + 2.0);

    /* Angle uniform in one quadrant, pi/4 + x with x = y pi/2, then a random sign for each coordinate, so
     * that no quadrant is picked: cos(pi/4 + x) = (cos x - sin x)/sqrt 2, and the root cancels that of
     * sqrt(-2 log u). */
    REAL t = y * y;
    REAL a = t * 5.633933781537854e-08 - 3.59864335298231e-06;
    a = a * t + 0.0001604411507421909;
    a = a * t - 0.004681754132340976;
    a = a * t + 0.07969262624604301;
    a = a * t - 0.6459640975062443;
    a = a * t + 1.5707963267948966;
    REAL b = t * -6.329396344967424e-09 + 4.710678405505227e-07;
    b = b * t - 2.5202039028029178e-05;
    b = b * t + 0.0009192602745468447;
    b = b * t - 0.020863480763340773;
    b = b * t + 0.2536695079010478;
    b = b * t - 1.2337005501361697;
    REAL sine = a * y, cosine = b * t + 1.0, radius = ROOT(minus_log);
    REAL first = radius * (cosine - sine), second = radius * (cosine + sine);
    BITS signed_first = AS_BITS(first) ^ ((c[2] << 32) & SIGN);
    BITS signed_second = AS_BITS(second) ^ ((c[2] << 33) & SIGN);
    STORE_PAIRS(out + 2 * i, AS_REAL(signed_first), AS_REAL(signed_second));
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
