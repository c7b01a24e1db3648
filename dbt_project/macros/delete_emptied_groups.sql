{% macro delete_emptied_groups(key) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where {{ key }} not in (select distinct {{ key }} from {{ ref('fct_transactions') }})
    {%- endif -%}
{%- endmacro %}
