/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What a file is by its bytes; the images are taken apart in images.c. */
#include "base/media.h"

#include "base/images.h"

#include <string.h>

#define MIB             ((size_t)1 << 20)
#define CSV_LINE_MOST   65536
#define ZIP_MIMETYPE_AT 30 /* the first member's name, behind its local header */
#define ODS_MIMETYPE    "mimetypeapplication/vnd.oasis.opendocument.spreadsheet"

static bool begins(struct lx_text bytes, size_t at, const char *with, size_t n)
{
	return bytes.len >= at + n && memcmp(bytes.at + at, with, n) == 0;
}

static bool holds(struct lx_text bytes, const char *what)
{
	return memmem(bytes.at, bytes.len, what, strlen(what)) != NULL;
}

static bool is_pdf(struct lx_text bytes)
{
	return begins(bytes, 0, "%PDF-", 5);
}

static bool is_png(struct lx_text bytes)
{
	return begins(bytes, 0, "\x89PNG\r\n\x1a\n", 8);
}

static bool is_jpeg(struct lx_text bytes)
{
	return begins(bytes, 0, "\xff\xd8\xff", 3);
}

static bool is_webp(struct lx_text bytes)
{
	return begins(bytes, 0, "RIFF", 4) && begins(bytes, 8, "WEBP", 4);
}

static bool is_zip(struct lx_text bytes)
{
	return begins(bytes, 0, "PK\x03\x04", 4);
}

/* A workbook of Office Open XML; one that carries a program is none of ours. */
static bool is_xlsx(struct lx_text bytes)
{
	return is_zip(bytes) && holds(bytes, "[Content_Types].xml") &&
	       holds(bytes, "xl/workbook.xml") && !holds(bytes, "vbaProject");
}

static bool is_ods(struct lx_text bytes)
{
	return is_zip(bytes) &&
	       begins(bytes, ZIP_MIMETYPE_AT, ODS_MIMETYPE, sizeof ODS_MIMETYPE - 1) &&
	       !holds(bytes, "Basic/script");
}

/* Text without control characters whose first line is divided; no page of HTML passes for it. */
static bool is_csv(struct lx_text bytes)
{
	struct lx_text line = bytes;

	if (bytes.len == 0 || bytes.at[0] == '<' || !lx_utf8_valid(bytes.at, bytes.len, NULL))
		return false;
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.at[i];
		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
			return false;
	}
	const char *end = memchr(bytes.at, '\n', bytes.len);
	line.len = end == NULL ? bytes.len : (size_t)(end - bytes.at);
	return line.len <= CSV_LINE_MOST &&
	       (memchr(line.at, ',', line.len) != NULL || memchr(line.at, ';', line.len) != NULL ||
		       memchr(line.at, '\t', line.len) != NULL);
}

static const struct {
	struct lx_file_type media;
	bool (*is)(struct lx_text bytes);
	bool (*bare)(struct lx_text bytes, struct lx_buf *out);
} known[] = {
	{ { "pdf", "application/pdf", "pdf", 16 * MIB, false }, is_pdf, NULL },
	{ { "image", "image/png", "png", 8 * MIB, true }, is_png, lx_png_bare },
	{ { "image", "image/jpeg", "jpg", 8 * MIB, true }, is_jpeg, lx_jpeg_bare },
	{ { "image", "image/webp", "webp", 8 * MIB, true }, is_webp, lx_webp_bare },
	{ { "sheet", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx",
		  8 * MIB, false },
		is_xlsx, NULL },
	{ { "sheet", "application/vnd.oasis.opendocument.spreadsheet", "ods", 8 * MIB, false },
		is_ods, NULL },
	{ { "sheet", "text/csv", "csv", 8 * MIB, false }, is_csv, NULL },
};

#define KNOWN (sizeof known / sizeof known[0])

const struct lx_file_type *lx_media_of(struct lx_text bytes)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (known[i].is(bytes))
			return &known[i].media;
	return NULL;
}

const struct lx_file_type *lx_media_named(struct lx_text type)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (lx_text_is(type, known[i].media.type))
			return &known[i].media;
	return NULL;
}

bool lx_media_is_word(struct lx_text word)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (lx_text_is(word, known[i].media.word))
			return true;
	return false;
}

void lx_media_endings(const char *words, struct lx_buf *out)
{
	bool first = true;

	for (size_t i = 0; i < KNOWN; i++) {
		if (!lx_word_in(lx_text(known[i].media.word), words))
			continue;
		lx_buf_str(out, first ? "" : ", ");
		first = false;
		for (const char *c = known[i].media.ending; *c != '\0'; c++)
			lx_buf_char(out, (char)(*c - 'a' + 'A'));
	}
}

size_t lx_media_most(const char *words)
{
	size_t most = 0;

	for (size_t i = 0; i < KNOWN; i++)
		if (lx_word_in(lx_text(known[i].media.word), words) && known[i].media.most > most)
			most = known[i].media.most;
	return most;
}

bool lx_media_bare(const struct lx_file_type *media, struct lx_text bytes, struct lx_buf *out)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (&known[i].media == media && known[i].bare != NULL)
			return known[i].bare(bytes, out) && !lx_buf_failed(out);
	lx_buf_text(out, bytes);
	return !lx_buf_failed(out);
}
