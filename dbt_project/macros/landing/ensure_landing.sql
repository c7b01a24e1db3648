{% macro ensure_landing() -%}
    {%- do landing_ensure_shared_objects() -%}
    {%- for feed in landing_feeds() -%}
        {%- do landing_ensure_feed(feed, always=true) -%}
    {%- endfor -%}
{%- endmacro %}
