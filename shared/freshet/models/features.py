"""The cross features of a user and a candidate, in the one order that all models know."""

#: Serving computes them in this order, training reads them in it, a manifest names them.
CROSS_FEATURES: tuple[str, ...] = (
    "content_fast",  # cosine with the interest of this hour
    "content_middling",  # cosine with the interest of these days
    "content_slow",  # cosine with what the user has always liked
    "tag_match",  # weights of the liked tags that it shares, squashed to 0..1
    "tag_dislike",  # the same of the disliked tags
    "nearest_recent",  # largest cosine with an item liked lately
    "popularity",  # log(1 + decayed clicks)
    "click_rate",  # decayed clicks an impression, smoothed
    "rising",  # log(1 + clicks of the last hours)
    "freshness",  # 1 when published, fading with age
    "query_match",  # share of the newest search's words among its tags
    "click_rate_quick",  # click_rate that trusts an item's first impressions
    "exposure",  # log(1 + decayed impressions)
    "tag_affinity",  # likeness in tags to what was acted on, less that to what was passed over
    "content_affinity",  # the same in content
    "passed_before",  # 1 if it was shown lately and passed over
)
