"""换届 (P08): a whole town's posts ended and filled anew from one workbook, with a preview, in one step."""
