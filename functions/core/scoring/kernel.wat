;; Four rows times four vectors in double precision. `npm run build:kernel` assembles this file into kernel-bytes.ts.
;;
;; A v128 register holds two doubles. Its two lanes hold values of two different vectors, so that each of the sixteen
;; sums is added up in the order of the dimensions, as a plain loop adds it up. There is no fused multiply-add here,
;; which would round differently (relaxed SIMD has one): so the bits are the same on every processor.
;;
;; Instructions: https://webassembly.github.io/spec/core/exec/instructions.html
(module
  (import "host" "memory" (memory 1))

  ;; Both panels lie in the memory dimension by dimension, each dimension as four doubles (32 bytes): of the four rows,
  ;; of the four vectors. The sums go to $products as [row][vector]. All parameters are addresses in bytes.
  (func (export "kernel")
    (param $rows i32) (param $vectors i32) (param $products i32) (param $rowsEnd i32)

    ;; The sums of each row with vectors 0 and 1 (left), and with vectors 2 and 3 (right). Locals begin at zero.
    (local $row0left v128) (local $row0right v128)
    (local $row1left v128) (local $row1right v128)
    (local $row2left v128) (local $row2right v128)
    (local $row3left v128) (local $row3right v128)
    ;; The values of this dimension: of vectors 0 and 1, of vectors 2 and 3, and of one row in both lanes.
    (local $left v128) (local $right v128) (local $row v128)

    (loop $nextDimension
      (local.set $left (v128.load (local.get $vectors)))
      (local.set $right (v128.load offset=16 (local.get $vectors)))

      (local.set $row (v128.load64_splat (local.get $rows)))
      (local.set $row0left (f64x2.add (local.get $row0left) (f64x2.mul (local.get $row) (local.get $left))))
      (local.set $row0right (f64x2.add (local.get $row0right) (f64x2.mul (local.get $row) (local.get $right))))

      (local.set $row (v128.load64_splat offset=8 (local.get $rows)))
      (local.set $row1left (f64x2.add (local.get $row1left) (f64x2.mul (local.get $row) (local.get $left))))
      (local.set $row1right (f64x2.add (local.get $row1right) (f64x2.mul (local.get $row) (local.get $right))))

      (local.set $row (v128.load64_splat offset=16 (local.get $rows)))
      (local.set $row2left (f64x2.add (local.get $row2left) (f64x2.mul (local.get $row) (local.get $left))))
      (local.set $row2right (f64x2.add (local.get $row2right) (f64x2.mul (local.get $row) (local.get $right))))

      (local.set $row (v128.load64_splat offset=24 (local.get $rows)))
      (local.set $row3left (f64x2.add (local.get $row3left) (f64x2.mul (local.get $row) (local.get $left))))
      (local.set $row3right (f64x2.add (local.get $row3right) (f64x2.mul (local.get $row) (local.get $right))))

      (local.set $vectors (i32.add (local.get $vectors) (i32.const 32)))
      (local.set $rows (i32.add (local.get $rows) (i32.const 32)))
      (br_if $nextDimension (i32.lt_s (local.get $rows) (local.get $rowsEnd))))

    (v128.store (local.get $products) (local.get $row0left))
    (v128.store offset=16 (local.get $products) (local.get $row0right))
    (v128.store offset=32 (local.get $products) (local.get $row1left))
    (v128.store offset=48 (local.get $products) (local.get $row1right))
    (v128.store offset=64 (local.get $products) (local.get $row2left))
    (v128.store offset=80 (local.get $products) (local.get $row2right))
    (v128.store offset=96 (local.get $products) (local.get $row3left))
    (v128.store offset=112 (local.get $products) (local.get $row3right))))
