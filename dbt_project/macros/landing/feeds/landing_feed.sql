{% macro landing_feed(name) -%}
    {%- set feeds = landing_feeds() -%}
    {%- for feed in feeds if feed.name == name -%}
        {{ return(feed) }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error(
        "There is no feed '" ~ name ~ "'. Feeds: " ~ feeds | map(attribute='name') | sort | join(', ')
    ) }}
{%- endmacro %}
