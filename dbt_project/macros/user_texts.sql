{#- What a registration says of a user in words; the same columns from the file to the mart. -#}
{% macro user_texts() -%}
    {{ [
        'first_name', 'last_name', 'email', 'income_bracket', 'customer_tier', 'risk_profile', 'city',
        'state', 'country', 'preferred_categories', 'source_system'
    ] | join(',\n        ') }}
{%- endmacro %}
