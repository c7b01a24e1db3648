{{ config(materialized='view') }}

with

users as (

    select * from {{ ref('dim_users') }}

),

current_users as (

    select
        user_id,
        user_key,
        first_name,
        last_name,
        email,
        income_bracket,
        customer_tier,
        risk_profile,
        city,
        state,
        country,
        preferred_categories,
        source_system,
        age,
        version_number,
        is_active,
        is_unknown,
        registration_date,
        first_registration_date

    from users

    where is_current

)

select * from current_users
