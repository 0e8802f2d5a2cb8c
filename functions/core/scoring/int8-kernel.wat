;; Cosines of int8 rows with one query, and the rounding of float16 embeddings to such rows. `npm run build:kernel`
;; assembles this file into int8-kernel-bytes.ts.
;;
;; Sums are integers, which no order of adding changes, and there is no fused multiply-add: the bits are the same on every
;; processor. All addresses and sizes are in bytes and multiples of 16; rows and queries are padded with zeros.
;;
;; Instructions: https://webassembly.github.io/spec/core/exec/instructions.html
(module
  (import "host" "memory" (memory 1))

  ;; Cosines of four rows at a time. The query has two bytes a dimension where a row has one, so that only the rows are
  ;; rounded noticeably. A row's cosine is its sum x its scale x $unit; a scale that is no number stays none.
  (func (export "cosines")
    (param $query i32) (param $rows i32) (param $scales i32) (param $cosines i32) (param $cosinesEnd i32)
    (param $size i32) (param $unit f32)
    (local $row1 i32) (local $row2 i32) (local $row3 i32) (local $rowEnd i32) (local $place i32)
    (local $sum0 v128) (local $sum1 v128) (local $sum2 v128) (local $sum3 v128) (local $values v128)

    (loop $nextRows
      (local.set $row1 (i32.add (local.get $rows) (local.get $size)))
      (local.set $row2 (i32.add (local.get $row1) (local.get $size)))
      (local.set $row3 (i32.add (local.get $row2) (local.get $size)))
      (local.set $rowEnd (local.get $row1))
      (local.set $place (local.get $query))
      (local.set $sum0 (v128.const i32x4 0 0 0 0))
      (local.set $sum1 (v128.const i32x4 0 0 0 0))
      (local.set $sum2 (v128.const i32x4 0 0 0 0))
      (local.set $sum3 (v128.const i32x4 0 0 0 0))

      ;; Sixteen dimensions a turn, in two halves of eight.
      (loop $nextDimensions
        (local.set $values (v128.load (local.get $place)))
        (local.set $sum0 (i32x4.add (local.get $sum0)
          (i32x4.dot_i16x8_s (local.get $values) (v128.load8x8_s (local.get $rows)))))
        (local.set $sum1 (i32x4.add (local.get $sum1)
          (i32x4.dot_i16x8_s (local.get $values) (v128.load8x8_s (local.get $row1)))))
        (local.set $sum2 (i32x4.add (local.get $sum2)
          (i32x4.dot_i16x8_s (local.get $values) (v128.load8x8_s (local.get $row2)))))
        (local.set $sum3 (i32x4.add (local.get $sum3)
          (i32x4.dot_i16x8_s (local.get $values) (v128.load8x8_s (local.get $row3)))))

        (local.set $values (v128.load offset=16 (local.get $place)))
        (local.set $sum0 (i32x4.add (local.get $sum0)
          (i32x4.dot_i16x8_s (local.get $values) (v128.load8x8_s offset=8 (local.get $rows)))))
        (local.set $sum1 (i32x4.add (local.get $sum1)
          (i32x4.dot_i16x8_s (local.get $values) (v128.load8x8_s offset=8 (local.get $row1)))))
        (local.set $sum2 (i32x4.add (local.get $sum2)
          (i32x4.dot_i16x8_s (local.get $values) (v128.load8x8_s offset=8 (local.get $row2)))))
        (local.set $sum3 (i32x4.add (local.get $sum3)
          (i32x4.dot_i16x8_s (local.get $values) (v128.load8x8_s offset=8 (local.get $row3)))))

        (local.set $place (i32.add (local.get $place) (i32.const 32)))
        (local.set $row1 (i32.add (local.get $row1) (i32.const 16)))
        (local.set $row2 (i32.add (local.get $row2) (i32.const 16)))
        (local.set $row3 (i32.add (local.get $row3) (i32.const 16)))
        (local.set $rows (i32.add (local.get $rows) (i32.const 16)))
        (br_if $nextDimensions (i32.lt_u (local.get $rows) (local.get $rowEnd))))

      ;; Four partial sums of each row become one register with one sum a row: halves first, then pairs.
      (local.set $sum0 (i32x4.add
        (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $sum0) (local.get $sum1))
        (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $sum0) (local.get $sum1))))
      (local.set $sum2 (i32x4.add
        (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $sum2) (local.get $sum3))
        (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $sum2) (local.get $sum3))))
      (local.set $sum0 (i32x4.add
        (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $sum0) (local.get $sum2))
        (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $sum0) (local.get $sum2))))

      (v128.store (local.get $cosines)
        (f32x4.mul
          (f32x4.mul (f32x4.convert_i32x4_s (local.get $sum0)) (v128.load (local.get $scales)))
          (f32x4.splat (local.get $unit))))

      (local.set $rows (local.get $row3))
      (local.set $scales (i32.add (local.get $scales) (i32.const 16)))
      (local.set $cosines (i32.add (local.get $cosines) (i32.const 16)))
      (br_if $nextRows (i32.lt_u (local.get $cosines) (local.get $cosinesEnd)))))

  ;; Four float16 at $place as float32: a float16's bits, moved to where a float32 has them, are its value x 2^-112,
  ;; those below the smallest normal one included.
  (func $floats (param $place i32) (result v128)
    (local $bits v128)
    (local.set $bits (v128.load16x4_u (local.get $place)))
    (v128.or
      (i32x4.shl (v128.and (local.get $bits) (i32x4.splat (i32.const 0x8000))) (i32.const 16))
      (f32x4.mul
        (i32x4.shl (v128.and (local.get $bits) (i32x4.splat (i32.const 0x7fff))) (i32.const 13))
        (f32x4.splat (f32.const 0x1p112)))))

  ;; Eight float16 at $place x $factor, to the nearest integers, ties to even.
  (func $rounded (param $place i32) (param $factor f32) (result v128)
    (i16x8.narrow_i32x4_s
      (i32x4.trunc_sat_f32x4_s (f32x4.nearest
        (f32x4.mul (call $floats (local.get $place)) (f32x4.splat (local.get $factor)))))
      (i32x4.trunc_sat_f32x4_s (f32x4.nearest
        (f32x4.mul
          (call $floats (i32.add (local.get $place) (i32.const 8))) (f32x4.splat (local.get $factor)))))))

  ;; The greatest magnitude of the float16 from $place to $end: without their signs, their bits compare as they do.
  (func (export "greatest") (param $place i32) (param $end i32) (result f32)
    (local $bits v128)
    (loop $nextValues
      (local.set $bits (i16x8.max_u (local.get $bits)
        (v128.and (v128.load (local.get $place)) (i16x8.splat (i32.const 0x7fff)))))
      (local.set $place (i32.add (local.get $place) (i32.const 16)))
      (br_if $nextValues (i32.lt_u (local.get $place) (local.get $end))))
    (local.set $bits (i16x8.max_u (local.get $bits)
      (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $bits) (local.get $bits))))
    (local.set $bits (i16x8.max_u (local.get $bits)
      (i8x16.shuffle 4 5 6 7 0 1 2 3 8 9 10 11 12 13 14 15 (local.get $bits) (local.get $bits))))
    (f32.mul
      (f32.const 0x1p112)
      (f32.reinterpret_i32 (i32.shl
        (select
          (i16x8.extract_lane_u 0 (local.get $bits))
          (i16x8.extract_lane_u 1 (local.get $bits))
          (i32.gt_u (i16x8.extract_lane_u 0 (local.get $bits)) (i16x8.extract_lane_u 1 (local.get $bits))))
        (i32.const 13)))))

  ;; Rounds the float16 from $place to $end x $factor to int8 at $row; the sum of their squares.
  (func (export "round") (param $place i32) (param $end i32) (param $row i32) (param $factor f32) (result i32)
    (local $left v128) (local $right v128) (local $squares v128)
    (loop $nextValues
      (local.set $left (call $rounded (local.get $place) (local.get $factor)))
      (local.set $right (call $rounded (i32.add (local.get $place) (i32.const 16)) (local.get $factor)))
      (v128.store (local.get $row) (i8x16.narrow_i16x8_s (local.get $left) (local.get $right)))
      (local.set $squares (i32x4.add (local.get $squares) (i32x4.add
        (i32x4.dot_i16x8_s (local.get $left) (local.get $left))
        (i32x4.dot_i16x8_s (local.get $right) (local.get $right)))))
      (local.set $place (i32.add (local.get $place) (i32.const 32)))
      (local.set $row (i32.add (local.get $row) (i32.const 16)))
      (br_if $nextValues (i32.lt_u (local.get $place) (local.get $end))))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $squares)) (i32x4.extract_lane 1 (local.get $squares)))
      (i32.add (i32x4.extract_lane 2 (local.get $squares)) (i32x4.extract_lane 3 (local.get $squares))))))
