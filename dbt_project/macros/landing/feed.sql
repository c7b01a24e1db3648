{#- What the landing macros know of a feed: its source, its landing block, its columns. -#}

{% macro landing_feed(name) -%}
    {%- for node in graph.sources.values() if node.name == name and node.config.meta.get('landing') -%}
        {{ return(node) }}
    {%- endfor -%}
    {%- set names = graph.sources.values() | selectattr('config.meta.landing', 'defined') | map(attribute='name') -%}
    {{ exceptions.raise_compiler_error("There is no feed '" ~ name ~ "'. Feeds: " ~ names | sort | join(', ')) }}
{%- endmacro %}

{% macro landing_feeds() -%}
    {{ return(graph.sources.values() | selectattr('config.meta.landing', 'defined') | list) }}
{%- endmacro %}

{% macro landing_is_stream(feed) -%}
    {{ return('relation' in feed.config.meta.landing['from']) }}
{%- endmacro %}

{#- Columns that the file or relation delivers: all but those the landing fills in. -#}
{% macro landing_delivered(feed) -%}
    {%- set lineage = landing_lineage(feed) -%}
    {{ return(feed.columns.values() | rejectattr('name', 'in', lineage) | list) }}
{%- endmacro %}

{#- Columns of a raw table that the landing fills in, with their types. -#}
{% macro landing_lineage(feed) -%}
    {{ return(var('landing_lineage')['relation' if landing_is_stream(feed) else 'files']) }}
{%- endmacro %}

{% macro landing_table(feed) -%}
    {{ return(feed.schema ~ '.' ~ feed.identifier) }}
{%- endmacro %}

{% macro landing_stage(feed) -%}
    {{ return(feed.schema ~ '.' ~ feed.config.meta.landing.get('stage', 'STG_' ~ feed.identifier)) }}
{%- endmacro %}

{#- A temporary table of this invocation, which nobody else can meet. -#}
{% macro landing_buffer(feed, suffix='') -%}
    {{ return(feed.schema ~ '.LOAD_' ~ feed.identifier ~ '_' ~ invocation_id.replace('-', '') ~ suffix) }}
{%- endmacro %}
