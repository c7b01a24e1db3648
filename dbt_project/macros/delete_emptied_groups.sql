{#- After an incremental build: removes groups whose last fact moved to another group. They have no
    new rows, so the build itself does not reach them. -#}
{% macro delete_emptied_groups(facts, key) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where {{ key }} not in (select distinct {{ key }} from {{ facts }})
    {%- endif -%}
{%- endmacro %}
