/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The files of web/ that the binary carries: the stylesheet and the script. Their address holds a hash of
 * their bytes, so they may be kept for ever: send them with `Cache-Control: public, max-age=31536000,
 * immutable`. The table is generated at build time by tools/embed.py.
 */
#ifndef LX_WEB_ASSETS_H
#define LX_WEB_ASSETS_H

#include <stddef.h>

/* `packed` is the same as `bytes`, by gzip, for readers who accept it. */
struct lx_asset {
	const char *address; /* "/style-1f2e3d4c5b6a.css" */
	const char *media;   /* whole Content-Type */
	const unsigned char *bytes, *packed;
	size_t bytes_n, packed_n;
};
extern const struct lx_asset lx_assets[];
extern const size_t lx_assets_n;

/* The addresses, for templates: {{asset:style.css}}. */
extern const char lx_asset_style_css[];
extern const char lx_asset_script_js[];

#endif
