with

registrations as (

    select * from {{ ref('user_registrations_snapshot') }}

),

current_registrations as (

    select * from registrations
    where dbt_valid_to is null

),

-- The first version also serves the time before it, each version holds until the next registration.
versions as (

    select
        ---------- ids
        registration_key as user_key,
        user_id,

        ---------- text
        {{ user_texts() }},

        ---------- numerics
        age,
        row_number() over (
            partition by user_id order by registration_date nulls first
        ) as version_number,
        count(*) over (partition by user_id) as versions,

        ---------- booleans
        is_active,

        ---------- dates
        registration_date,
        min(registration_date) over (partition by user_id) as first_registration_date,

        ---------- timestamps
        max(dbt_valid_from) over (partition by user_id)::timestamp_ntz(6) as known_at

    from current_registrations

),

dated as (

    select
        *,
        iff(
            version_number = 1, {{ beginning_of_time() }}, registration_date::timestamp_ntz(6)
        ) as valid_from,
        coalesce(
            (
                lead(registration_date) over (partition by user_id order by version_number)
            )::timestamp_ntz(6),
            {{ end_of_time() }}
        ) as valid_to

    from versions

),

members as (

    select
        user_key,
        user_id,
        {{ user_texts() }},
        age::number(38, 0) as age,
        version_number::number(38, 0) as version_number,
        is_active,
        version_number = versions as is_current,
        false as is_unknown,
        registration_date,
        first_registration_date,
        valid_from,
        valid_to,
        known_at

    from dated

    union all

    select
        {{ unknown_key() }} as user_key,
        {{ unknown_key() }} as user_id,
        null::text as first_name,
        null::text as last_name,
        null::text as email,
        null::text as income_bracket,
        {{ unknown_key() }} as customer_tier,
        null::text as risk_profile,
        null::text as city,
        null::text as state,
        null::text as country,
        null::text as preferred_categories,
        null::text as source_system,
        null::number(38, 0) as age,
        1 as version_number,
        null::boolean as is_active,
        true as is_current,
        true as is_unknown,
        null::date as registration_date,
        null::date as first_registration_date,
        {{ beginning_of_time() }} as valid_from,
        {{ end_of_time() }} as valid_to,
        {{ beginning_of_time() }} as known_at

)

select * from members
