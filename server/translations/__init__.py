"""The pages' sentences in other languages, as their translators wrote them (gettext catalogues)."""
