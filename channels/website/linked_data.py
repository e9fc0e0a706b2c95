"""JSON-LD of a page (schema.org): what a search engine shows of an article and of the site."""

from typing import Any

from channels.addresses import Addresses, media_path
from channels.characters import one_line
from channels.item import Content
from channels.website.environment import iso


def article_data(content: Content, addresses: Addresses) -> dict[str, Any]:
    """Describe an article; a document is one too, legislation only parliaments make."""
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle" if content.kind == "news" else "Article",
        "headline": one_line(content.title)[:110],
        "datePublished": iso(content.published_at),
        "dateModified": iso(content.updated_at),
        "inLanguage": content.language,
        "mainEntityOfPage": content.url,
        "author": {"@type": "GovernmentOrganization", "name": content.org.name},
        "publisher": {"@type": "GovernmentOrganization", "name": addresses.site.organiser},
        "articleSection": content.column.name,
        "keywords": [one_line(word) for word in content.disclosure.keywords],
    }
    if content.pictures:
        told["image"] = [addresses.url(media_path(content.pictures[0]))]
    return told


def list_data(name: str, path: str, addresses: Addresses) -> dict[str, Any]:
    """Describe a list; the home page tells how the site is searched."""
    if path != "index.html":
        page = {"@context": "https://schema.org", "@type": "CollectionPage"}
        return {**page, "name": one_line(name), "url": addresses.url(path), "inLanguage": "zh-CN"}
    return {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": addresses.site.name,
        "url": addresses.url(path),
        "inLanguage": "zh-CN",
        "publisher": {"@type": "GovernmentOrganization", "name": addresses.site.organiser},
        "potentialAction": {
            "@type": "SearchAction",
            "target": addresses.url("search") + "?q={search_term_string}",
            "query-input": "required name=search_term_string",
        },
    }
