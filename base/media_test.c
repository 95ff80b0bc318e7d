/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What files are taken for, and what is left of a photograph. */
#include "base/media.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(literal)                                                                             \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}

static const char jpeg_head[] = "\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
static const char jpeg_end[] = "\xff\xda\0\x08\x01\x01\0\0\x3f\0\x12\xff\0\x34\xff\xd0\x56\xff\xd9";

static void put_jpeg(struct lx_buf *out, const char *middle, size_t n, const char *tail)
{
	lx_buf_put(out, jpeg_head, sizeof jpeg_head - 1);
	lx_buf_put(out, middle, n);
	lx_buf_put(out, jpeg_end, sizeof jpeg_end - 1);
	lx_buf_str(out, tail);
}

static void a_file_is_what_its_bytes_are(void **state)
{
	static const struct {
		struct lx_text bytes;
		const char *type;
	} rows[] = { { BYTES("%PDF-1.4\n"), "application/pdf" },
		{ BYTES("\x89PNG\r\n\x1a\nx"), "image/png" },
		{ BYTES("\xff\xd8\xff\xe0xxxx"), "image/jpeg" },
		{ BYTES("RIFF\0\0\0\0WEBPVP8 "), "image/webp" },
		{ BYTES("a,b\n1,2\n"), "text/csv" },
		{ BYTES("PK\3\4 [Content_Types].xml xl/workbook.xml"),
			"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
		{ BYTES("PK\3\4 [Content_Types].xml xl/workbook.xml xl/vbaProject.bin"), NULL },
		{ BYTES("PK\3\4 word/document.xml"), NULL }, { BYTES("<html>,</html>"), NULL },
		{ BYTES("<svg xmlns='a,b'/>"), NULL }, { BYTES("GIF89a"), NULL },
		{ BYTES("MZ\x90\0"), NULL }, { BYTES("one line"), NULL }, { BYTES("a,\0b"), NULL },
		{ BYTES(""), NULL } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct lx_file_type *media = lx_media_of(rows[i].bytes);
		if (rows[i].type == NULL)
			assert_null(media);
		else
			assert_string_equal(media->type, rows[i].type);
	}
}

static void a_photograph_says_nothing_of_its_maker(void **state)
{
	static const char exif[] =
		"\xff\xe1\x00\x2c"
		"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"
		"GPS 31.2N\n";
	static const char comment[] = "\xff\xfe\0\x0cshot by me";
	LX_CLOSE(lx_buf_close) struct lx_buf in = { 0 };
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	LX_CLOSE(lx_buf_close) struct lx_buf middle = { 0 };

	(void)state;
	lx_buf_put(&middle, exif, sizeof exif - 1);
	lx_buf_put(&middle, comment, sizeof comment - 1);
	put_jpeg(&in, middle.at, middle.len, "Samsung trailer");
	assert_true(lx_media_bare(lx_media_of(lx_buf_view(&in)), lx_buf_view(&in), &out));
	assert_null(memmem(out.at, out.len, "GPS", 3));
	assert_null(memmem(out.at, out.len, "shot", 4));
	assert_null(memmem(out.at, out.len, "Samsung", 7));
	/* how it is to be turned stays: 6, behind tag, type and count */
	assert_non_null(memmem(out.at, out.len, "\x01\x12\0\x03\0\0\0\x01\0\x06", 10));
	/* and what is compressed, to the byte */
	assert_memory_equal(
		out.at + out.len - (sizeof jpeg_end - 1), jpeg_end, sizeof jpeg_end - 1);
}

static void a_picture_without_exif_stays_as_it_is(void **state)
{
	LX_CLOSE(lx_buf_close) struct lx_buf in = { 0 };
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };

	(void)state;
	put_jpeg(&in, "", 0, "");
	assert_true(lx_media_bare(lx_media_of(lx_buf_view(&in)), lx_buf_view(&in), &out));
	assert_int_equal(out.len, in.len);
	assert_memory_equal(out.at, in.at, in.len);
}

static void what_breaks_off_is_refused(void **state)
{
	LX_CLOSE(lx_buf_close) struct lx_buf in = { 0 };

	(void)state;
	put_jpeg(&in, "", 0, "");
	for (size_t n = 3; n < in.len; n++) {
		LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
		struct lx_text part = { in.at, n };
		assert_false(lx_media_bare(lx_media_of(lx_buf_view(&in)), part, &out));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_file_is_what_its_bytes_are),
		cmocka_unit_test(a_photograph_says_nothing_of_its_maker),
		cmocka_unit_test(a_picture_without_exif_stays_as_it_is),
		cmocka_unit_test(what_breaks_off_is_refused) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
