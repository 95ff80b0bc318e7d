/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Pieces of images: JPEG's segments, PNG's chunks, WebP's chunks. */
#include "base/images.h"

#include <string.h>

#define ORIENTATION 0x0112 /* EXIF: how the picture is to be turned */

static unsigned byte_at(struct lx_text text, size_t at)
{
	return (unsigned char)text.at[at];
}

static size_t big(struct lx_text text, size_t at, size_t n)
{
	size_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | byte_at(text, at + i);
	return value;
}

static size_t little(struct lx_text text, size_t at, size_t n)
{
	size_t value = 0;

	for (size_t i = n; i-- > 0;)
		value = value << 8 | byte_at(text, at + i);
	return value;
}

static struct lx_text cut(struct lx_text text, size_t at, size_t n)
{
	return (struct lx_text){ text.at + at, n };
}

/* --- JPEG ------------------------------------------------------------------------------------ */

/* The orientation in an EXIF segment's first directory, 0 when it says none. */
static unsigned orientation(struct lx_text segment)
{
	static const char head[] = "Exif\0";

	if (segment.len < 14 || memcmp(segment.at, head, 6) != 0)
		return 0;
	struct lx_text tiff = cut(segment, 6, segment.len - 6);
	bool swapped = memcmp(tiff.at, "II", 2) == 0;
	size_t (*read)(struct lx_text, size_t, size_t) = swapped ? little : big;
	size_t at = read(tiff, 4, 4);
	if (at > tiff.len || tiff.len - at < 2)
		return 0;
	size_t n = read(tiff, at, 2);
	for (at += 2; n > 0 && tiff.len - at >= 12; n--, at += 12)
		if (read(tiff, at, 2) == ORIENTATION && read(tiff, at + 2, 2) == 3) {
			size_t value = read(tiff, at + 8, 2);
			return value >= 2 && value <= 8 ? (unsigned)value : 0;
		}
	return 0;
}

/* An EXIF segment that says nothing else. */
static void put_orientation(struct lx_buf *out, unsigned value)
{
	char segment[] = "\xff\xe1\x00\x22"
			 "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0";

	segment[29] = (char)value;
	lx_buf_put(out, segment, sizeof segment);
}

/* Which segments are needed to draw: not comments, not applications' own but JFIF, colour profile and Adobe's transform. */
static bool draws(unsigned marker, struct lx_text segment)
{
	if (marker == 0xfe)
		return false;
	if (marker < 0xe0 || marker > 0xef)
		return true;
	return (marker == 0xe0 && segment.len >= 5 && memcmp(segment.at, "JFIF", 5) == 0) ||
	       (marker == 0xe2 && segment.len >= 12 &&
		       memcmp(segment.at, "ICC_PROFILE", 12) == 0) ||
	       (marker == 0xee && segment.len >= 5 && memcmp(segment.at, "Adobe", 5) == 0);
}

/* The length of compressed data up to the next marker: ff 00 and restarts belong to it. */
static size_t scan_length(struct lx_text rest)
{
	size_t at = 0;

	while (at + 1 < rest.len) {
		const char *found = memchr(rest.at + at, 0xff, rest.len - at - 1);
		if (found == NULL)
			return rest.len;
		at = (size_t)(found - rest.at);
		unsigned next = byte_at(rest, at + 1);
		if (next != 0 && next != 0xff && (next < 0xd0 || next > 0xd7))
			return at;
		at += next == 0xff ? 1 : 2;
	}
	return rest.len;
}

bool lx_jpeg_bare(struct lx_text bytes, struct lx_buf *out)
{
	size_t at = 2;
	unsigned turned = 0;

	lx_buf_put(out, "\xff\xd8", 2);
	while (bytes.len - at >= 2 && byte_at(bytes, at) == 0xff) {
		unsigned marker = byte_at(bytes, at + 1);
		if (marker == 0xd9) {
			lx_buf_put(out, "\xff\xd9", 2);
			return true;
		}
		if (marker == 0xff) { /* fill */
			at++;
			continue;
		}
		/* these stand alone and only within compressed data, which a segment that goes would make them part of */
		bool alone = marker < 0x02 || (marker >= 0xd0 && marker <= 0xd8);
		if (alone || bytes.len - at < 4)
			return false;
		size_t length = big(bytes, at + 2, 2);
		if (length < 2 || length > bytes.len - at - 2)
			return false;
		struct lx_text segment = cut(bytes, at + 4, length - 2);
		if (marker == 0xe1 && turned == 0 && (turned = orientation(segment)) != 0)
			put_orientation(out, turned);
		if (draws(marker, segment))
			lx_buf_put(out, bytes.at + at, length + 2);
		at += length + 2;
		if (marker != 0xda)
			continue;
		size_t scan = scan_length(cut(bytes, at, bytes.len - at));
		lx_buf_put(out, bytes.at + at, scan);
		at += scan;
	}
	return false;
}

/* --- PNG ------------------------------------------------------------------------------------- */

bool lx_png_bare(struct lx_text bytes, struct lx_buf *out)
{
	static const char kept[] = "IHDR PLTE IDAT tRNS gAMA cHRM sRGB iCCP sBIT pHYs bKGD";
	size_t at = 8;

	lx_buf_put(out, bytes.at, at);
	while (bytes.len - at >= 12) {
		size_t length = big(bytes, at, 4);
		if (length > bytes.len - at - 12)
			return false;
		struct lx_text type = cut(bytes, at + 4, 4);
		bool ends = lx_text_is(type, "IEND");
		if (ends || lx_word_in(type, kept))
			lx_buf_put(out, bytes.at + at, length + 12);
		if (ends)
			return true;
		at += length + 12;
	}
	return false;
}

/* --- WebP ------------------------------------------------------------------------------------ */

static void put_little(char *at, size_t value)
{
	for (size_t i = 0; i < 4; i++)
		at[i] = (char)(value >> (8 * i));
}

/* The bits that promise EXIF and XMP are taken back. */
static void put_features(struct lx_buf *out, struct lx_text chunk)
{
	char flags = (char)(byte_at(chunk, 8) & ~0x0cu);

	lx_buf_put(out, chunk.at, 8);
	lx_buf_char(out, flags);
	lx_buf_put(out, chunk.at + 9, chunk.len - 9);
}

bool lx_webp_bare(struct lx_text bytes, struct lx_buf *out)
{
	static const char kept[] = "VP8 VP8L ALPH ICCP ANIM ANMF";
	size_t start = out->len, at = 12, end = bytes.len < 12 ? 0 : little(bytes, 4, 4) + 8;
	bool any = false;

	if (end > bytes.len || end < 12)
		return false;
	lx_buf_put(out, bytes.at, at);
	while (end - at >= 8) {
		size_t length = little(bytes, at + 4, 4), whole = length + (length & 1) + 8;
		if (whole > end - at)
			return false;
		struct lx_text chunk = cut(bytes, at, whole),
			       type = lx_text_trim(cut(bytes, at, 4));
		if (lx_text_is(type, "VP8X") && length >= 10)
			put_features(out, chunk);
		else if (lx_word_in(type, kept))
			lx_buf_put(out, chunk.at, chunk.len);
		any = any || lx_word_in(type, "VP8 VP8L ANMF");
		at += whole;
	}
	if (!any || lx_buf_failed(out))
		return false;
	put_little(out->at + start + 4, out->len - start - 8);
	return true;
}
