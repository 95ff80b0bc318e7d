/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Images taken apart into their pieces and put together again from those that draw them. Nothing is decoded: what a piece
 * holds is the reader's browser's business.
 */
#ifndef LX_BASE_IMAGES_H
#define LX_BASE_IMAGES_H

#include "base/buf.h"

/* Each writes the image onto `out`; false when its pieces do not fit together or its end is missing. */
bool lx_jpeg_bare(struct lx_text bytes, struct lx_buf *out); /* ITU T.81, annex B */
bool lx_png_bare(struct lx_text bytes, struct lx_buf *out);  /* W3C PNG, 5.3 */
bool lx_webp_bare(struct lx_text bytes, struct lx_buf *out); /* RFC 9649 */

#endif
