"""How villages and village cadres are assessed (P24): the arithmetic, who is assessed, and what the lines say."""
