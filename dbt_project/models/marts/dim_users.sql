with

registrations as (

    select * from {{ ref('stg_user_registrations') }}

),

latest as (

    select *

    from registrations

    qualify row_number() over (
        partition by user_id
        order by registration_date desc, landed_at desc, source_file desc
    ) = 1

)

select
    user_id,
    first_name,
    last_name,
    email,
    age,
    income_bracket,
    customer_tier,
    risk_profile,
    city,
    state,
    country,
    preferred_categories,
    is_active,
    source_system,
    registration_date

from latest
