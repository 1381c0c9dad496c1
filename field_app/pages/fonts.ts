/**
 * The letters of printed pages (server/board_fonts.py), taken along by the build: the server finds each file in the
 * manifest by the name of its source. No page loads this module.
 */

import latin from "@fontsource/noto-sans/files/noto-sans-latin-400-normal.woff?url";
import latinBold from "@fontsource/noto-sans/files/noto-sans-latin-700-normal.woff?url";
import latinExt from "@fontsource/noto-sans/files/noto-sans-latin-ext-400-normal.woff?url";
import latinExtBold from "@fontsource/noto-sans/files/noto-sans-latin-ext-700-normal.woff?url";
import thai from "@fontsource/noto-sans-thai/files/noto-sans-thai-thai-400-normal.woff?url";
import thaiBold from "@fontsource/noto-sans-thai/files/noto-sans-thai-thai-700-normal.woff?url";

export const FONTS = [latin, latinBold, latinExt, latinExtBold, thai, thaiBold];
