with

source as (

    select * from {{ source('raw', 'transactions_batch_csv') }}

),

renamed as (

    select

        ---------- ids
        tx_id,
        user_id,

        ---------- text
        upper(nullif(trim(currency), '')) as currency,
        nullif(trim(merchant), '') as merchant,
        lower(nullif(trim(category), '')) as category,
        source_file,

        ---------- numerics
        amount,

        ---------- timestamps
        timestamp as transaction_at,
        ingested_at as landed_at

    from source

)

select * from renamed
