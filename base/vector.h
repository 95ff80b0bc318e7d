/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Functions made of long plain loops, in two versions: for any processor, and with vectors of four doubles
 * where there are such. Both do the same operations in the same order, so they give the same bits.
 *
 *	LX_VECTOR static double sum(const double *v, size_t n) …
 *
 * Static functions only: clang 14 gives the versions of others a name that the linker does not find.
 */
#ifndef LX_BASE_VECTOR_H
#define LX_BASE_VECTOR_H

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LX_VECTOR_NONE
#endif
#endif

/* the thread sanitizer's run time is not there yet when the loader chooses a version */
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__) && !defined(LX_VECTOR_NONE)
#define LX_VECTOR __attribute__((target_clones("avx2", "default")))
#else
#define LX_VECTOR
#endif

/* Four doubles that are added, multiplied … each with its neighbour; they may stand anywhere among other
 * doubles. For the insides of functions, not for their parameters. */
typedef double lx_four __attribute__((vector_size(32), aligned(8), may_alias));

#endif
