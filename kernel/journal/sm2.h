/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* SM2 with SM3 by OpenSSL, in fixed lengths: signature.c alone uses it. Each gives false when the library fails. */
#ifndef LX_KERNEL_JOURNAL_SM2_H
#define LX_KERNEL_JOURNAL_SM2_H

#include "base/text.h"

#include <stdbool.h>

#define LX_SM2_PUBLIC 33 /* a point, compressed */

/* A new key. */
bool lx_sm2_make(unsigned char secret[32], unsigned char public[LX_SM2_PUBLIC]);

/* Whether the bytes are a point of the curve. */
bool lx_sm2_is_point(const unsigned char public[LX_SM2_PUBLIC]);

/* Signs bytes: r and s, 32 bytes each, highest first. */
bool lx_sm2_sign(const unsigned char secret[32], const unsigned char public[LX_SM2_PUBLIC],
	struct lx_text bytes, unsigned char signature[64]);

/* Whether a signature is of these bytes by this key; false also when the library fails. */
bool lx_sm2_holds(const unsigned char public[LX_SM2_PUBLIC], struct lx_text bytes,
	const unsigned char signature[64]);

#endif
