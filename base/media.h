/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a file is, by its bytes alone: a name or a declared type is never believed. And photographs without
 * what cameras write into them about who took them, where and when.
 */
#ifndef LX_BASE_MEDIA_H
#define LX_BASE_MEDIA_H

#include "base/buf.h"

/* `word`: as fields of types name the kind (pdf, image, sheet); `most`: largest file in bytes. */
struct lx_file_type {
	const char *word;
	const char *type; /* of MIME */
	const char *ending;
	size_t most;
	bool shown; /* may stand in a page as an image */
};

/* The medium of these bytes, or NULL for anything else than what we take: PDF, PNG, JPEG, WebP, XLSX without macros, ODS, CSV. */
const struct lx_file_type *lx_media_of(struct lx_text bytes);

/* The medium of a MIME type that lx_media_of gave, or NULL. */
const struct lx_file_type *lx_media_named(struct lx_text type);

/* Whether a kind of file is one of ours: "pdf", "image", "sheet". */
bool lx_media_is_word(struct lx_text word);

/* What the words take, for readers: "PDF, PNG, JPG, WEBP"; and the largest file of them in bytes. */
void lx_media_endings(const char *words, struct lx_buf *out);
size_t lx_media_most(const char *words);

/* Writes an image anew without anything but what is needed to draw it: no place, no camera, no time, no preview, nothing
 * behind its end. How it is to be turned stays. False: it is not well formed. Other files are written as they are. */
bool lx_media_bare(const struct lx_file_type *media, struct lx_text bytes, struct lx_buf *out);

#endif
