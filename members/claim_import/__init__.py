"""Claims from a workbook (P21): village, name and item are enough; people of one name are asked about."""

from members.claim_import.importing import ClaimImportOutcome, import_claims
from members.claim_import.jobs import INLINE_ROWS, import_claims_file
from members.claim_import.template import claims_template

__all__ = ["INLINE_ROWS", "ClaimImportOutcome", "claims_template", "import_claims", "import_claims_file"]
